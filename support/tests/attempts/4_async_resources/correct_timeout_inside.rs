// expects: passed
async fn with_connection<T>(
    database: &Database,
    work: impl AsyncFnOnce(&Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    let connection = database.open().await?;
    let work = AssertUnwindSafe(work(&connection)).catch_unwind();
    let outcome = tokio::time::timeout(std::time::Duration::from_secs(30), work).await;
    let closed = connection.close().await;
    match outcome {
        Ok(Ok(Ok(value))) => closed.map(|()| value),
        Ok(Ok(Err(error))) => Err(error),
        Ok(Err(panic)) => resume_unwind(panic),
        Err(late) => Err(Error::Refused(late.to_string())),
    }
}

async fn load_users(connection: &Connection, ids: Vec<u32>) -> Result<Vec<User>, Error> {
    let all = try_join_all(ids.into_iter().map(async |id| {
        let sql = "SELECT id, name FROM users WHERE id = ?";
        let limit = std::time::Duration::from_secs(10);
        let query = connection.query::<(u32, String)>(sql, [i64::from(id)]);
        let rows = tokio::time::timeout(limit, query).await.map_err(|late| Error::Refused(late.to_string()))?;
        let (id, name) = rows?.into_iter().next().ok_or(Error::Closed)?;
        Ok(User { id, name })
    }));
    all.await
}
