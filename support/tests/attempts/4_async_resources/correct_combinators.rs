// expects: passed
use futures::stream::{FuturesOrdered, TryStreamExt};

async fn with_connection<T>(
    database: &Database,
    work: impl AsyncFnOnce(&Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    let connection = database.open().await?;
    let outcome = AssertUnwindSafe(work(&connection)).catch_unwind().await;
    let closed = connection.close().await;
    outcome
        .unwrap_or_else(|payload| resume_unwind(payload))
        .and_then(|value| closed.map(|_| value))
}

async fn load_user(connection: &Connection, id: u32) -> Result<User, Error> {
    connection
        .query::<(u32, String)>("SELECT id, name FROM users WHERE id = ?", [i64::from(id)])
        .await?
        .into_iter()
        .next()
        .map(|(id, name)| User { id, name })
        .ok_or(Error::Closed)
}

async fn load_users(connection: &Connection, ids: Vec<u32>) -> Result<Vec<User>, Error> {
    ids.into_iter()
        .map(|id| load_user(connection, id))
        .collect::<FuturesOrdered<_>>()
        .try_collect()
        .await
}
