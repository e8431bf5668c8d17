// expects: not-written
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
    todo!("load {} users at the same time", ids.len())
}
