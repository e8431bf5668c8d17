// expects: not-closed-after-panic
async fn with_connection<T>(
    database: &Database,
    work: impl AsyncFnOnce(&Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    let connection = database.open().await?;
    // try { ... } catch (e) { ... }
    match std::panic::catch_unwind(AssertUnwindSafe(|| work(&connection))) {
        Ok(promise) => {
            let result = promise.await;
            connection.close().await?;
            result
        }
        Err(thrown) => {
            connection.close().await?;
            resume_unwind(thrown)
        }
    }
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
