// expects: order-lost
async fn with_connection<T>(
    database: &Database,
    work: impl AsyncFnOnce(&Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    let connection = database.open().await?;
    let outcome = AssertUnwindSafe(work(&connection)).catch_unwind().await;
    let _ = connection.close().await;
    match outcome {
        Ok(result) => result,
        Err(payload) => resume_unwind(payload),
    }
}

async fn load_users(connection: &Connection, ids: Vec<u32>) -> Result<Vec<User>, Error> {
    let rows: Vec<(u32, String)> = connection.query("SELECT id, name FROM users", []).await?;
    let users = rows
        .into_iter()
        .filter(|(id, _)| ids.contains(id))
        .map(|(id, name)| User { id, name })
        .collect();
    Ok(users)
}
