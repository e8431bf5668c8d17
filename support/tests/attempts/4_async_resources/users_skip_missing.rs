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
    let load = |id: u32| connection.query::<(u32, String)>("SELECT id, name FROM users WHERE id = ?", [i64::from(id)]);
    let rows = try_join_all(ids.into_iter().map(load)).await?;
    Ok(rows.into_iter().flatten().map(|(id, name)| User { id, name }).collect())
}
