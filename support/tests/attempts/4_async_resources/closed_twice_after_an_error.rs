// expects: closed-twice, error-swallowed
async fn with_connection<T>(
    database: &Database,
    work: impl AsyncFnOnce(&Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    let connection = database.open().await?;
    let outcome = AssertUnwindSafe(work(&connection)).catch_unwind().await;
    let result = match outcome {
        Ok(Ok(value)) => Ok(value),
        // catch (SQLException e)
        Ok(Err(error)) => {
            connection.close().await?;
            Err(error)
        }
        // catch (Throwable t)
        Err(payload) => {
            connection.close().await?;
            resume_unwind(payload)
        }
    };
    // finally
    connection.close().await?;
    result
}

async fn load_user(connection: &Connection, id: u32) -> Result<User, Error> {
    let rows: Vec<(u32, String)> =
        connection.query("SELECT id, name FROM users WHERE id = ?", [i64::from(id)]).await?;
    let (id, name) = rows.into_iter().next().ok_or(Error::Closed)?;
    Ok(User { id, name })
}

async fn load_users(connection: &Connection, ids: Vec<u32>) -> Result<Vec<User>, Error> {
    try_join_all(ids.into_iter().map(|id| load_user(connection, id))).await
}
