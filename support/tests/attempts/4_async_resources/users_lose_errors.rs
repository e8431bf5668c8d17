// expects: error-swallowed
async fn with_connection<T>(
    database: &Database,
    work: impl AsyncFnOnce(&Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    let connection = database.open().await?;
    let outcome = AssertUnwindSafe(work(&connection)).catch_unwind().await;
    let closed = connection.close().await;
    match outcome {
        Ok(Ok(value)) => closed.map(|()| value),
        Ok(Err(error)) => Err(error),
        Err(panic) => resume_unwind(panic),
    }
}

async fn load_users(connection: &Connection, ids: Vec<u32>) -> Result<Vec<User>, Error> {
    let users = join_all(ids.into_iter().map(|id| load_user(connection, id))).await;
    Ok(users.into_iter().filter_map(Result::ok).collect())
}

async fn load_user(connection: &Connection, id: u32) -> Result<User, Error> {
    let sql = "SELECT id, name FROM users WHERE id = ?";
    let rows: Vec<(u32, String)> = connection.query(sql, [i64::from(id)]).await?;
    let (id, name) = rows.into_iter().next().ok_or(Error::Closed)?;
    Ok(User { id, name })
}
