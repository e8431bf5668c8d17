// expects: never-ends
async fn with_connection<T>(
    database: &Database,
    work: impl AsyncFnOnce(&Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    let connection = tokio::sync::Mutex::new(database.open().await?);
    let held = connection.lock().await;
    let result = AssertUnwindSafe(work(&held)).catch_unwind().await;
    connection.lock().await.close().await?;
    result.unwrap_or_else(|panic| resume_unwind(panic))
}

async fn load_users(connection: &Connection, ids: Vec<u32>) -> Result<Vec<User>, Error> {
    try_join_all(ids.into_iter().map(async |id| {
        let sql = "SELECT id, name FROM users WHERE id = ?";
        let rows: Vec<(u32, String)> = connection.query(sql, [i64::from(id)]).await?;
        let (id, name) = rows.into_iter().next().ok_or(Error::Closed)?;
        Ok(User { id, name })
    }))
    .await
}
