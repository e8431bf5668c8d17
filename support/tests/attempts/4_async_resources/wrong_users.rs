// expects: wrong-result
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
    let sql = "SELECT id, name FROM users WHERE id <> ?";
    let queries = ids.into_iter().map(|id| connection.query::<(u32, String)>(sql, [i64::from(id)]));
    let rows = try_join_all(queries).await?;
    Ok(rows.into_iter().flatten().map(|(id, name)| User { id, name }).collect())
}
