// expects: passed
use futures::future::BoxFuture;

async fn with_connection<T>(
    database: &Database,
    work: impl AsyncFnOnce(&Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    let connection = database.open().await?;
    match AssertUnwindSafe(work(&connection)).catch_unwind().await {
        Ok(Ok(value)) => {
            connection.close().await?;
            Ok(value)
        }
        Ok(Err(error)) => {
            let _ = connection.close().await;
            Err(error)
        }
        Err(payload) => {
            let _ = connection.close().await;
            resume_unwind(payload)
        }
    }
}

fn user_of(connection: &Connection, id: u32) -> BoxFuture<'_, Result<User, Error>> {
    async move {
        let rows: Vec<(u32, String)> =
            connection.query("SELECT id, name FROM users WHERE id = ?", [i64::from(id)]).await?;
        rows.into_iter().map(|(id, name)| User { id, name }).next().ok_or(Error::Closed)
    }
    .boxed()
}

async fn load_users(connection: &Connection, ids: Vec<u32>) -> Result<Vec<User>, Error> {
    let mut queries = Vec::new();
    for id in ids {
        queries.push(user_of(connection, id));
    }
    let mut users = Vec::new();
    for result in join_all(queries).await {
        users.push(result?);
    }
    Ok(users)
}
