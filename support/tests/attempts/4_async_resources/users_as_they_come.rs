// expects: order-lost
async fn with_connection<T>(database: &Database, work: impl AsyncFnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
    let connection = database.open().await?;
    let outcome = AssertUnwindSafe(work(&connection)).catch_unwind().await;
    let closed = connection.close().await;
    match outcome { Ok(r) => { let v = r?; closed?; Ok(v) } Err(p) => resume_unwind(p) }
}

async fn load_users(connection: &Connection, ids: Vec<u32>) -> Result<Vec<User>, Error> {
    use futures::stream::{self, StreamExt, TryStreamExt};
    stream::iter(ids).map(async |id| {
        let rows: Vec<(u32, String)> = connection.query("SELECT id, name FROM users WHERE id = ?", [i64::from(id)]).await?;
        let (id, name) = rows.into_iter().next().ok_or(Error::Closed)?;
        Ok(User { id, name })
    }).buffer_unordered(1000).try_collect().await
}
