// expects: passed
async fn with_connection<T>(
    database: &Database,
    work: impl AsyncFnOnce(&Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    let connection = database.open().await?;
    let outcome = tokio::select! {
        outcome = AssertUnwindSafe(work(&connection)).catch_unwind() => outcome,
        () = tokio::time::sleep(std::time::Duration::from_secs(60)) => Ok(Err(Error::Closed)),
    };
    let closed = connection.close().await;
    let result = outcome.unwrap_or_else(|panic| resume_unwind(panic));
    result.and_then(|value| closed.map(|()| value))
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
