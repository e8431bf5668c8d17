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
    let list: Vec<_> = ids.iter().map(u32::to_string).collect();
    let sql = format!("SELECT id, name FROM users WHERE id IN ({})", list.join(", "));
    let rows: Vec<(u32, String)> = connection.query(&sql, []).await?;
    let mut names: std::collections::HashMap<u32, String> = rows.into_iter().collect();
    ids.into_iter()
        .map(|id| match names.remove(&id) {
            Some(name) => Ok(User { id, name }),
            None => Err(Error::Refused(format!("no user {id}"))),
        })
        .collect()
}
