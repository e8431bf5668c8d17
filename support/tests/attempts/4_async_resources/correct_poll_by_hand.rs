// expects: passed
async fn with_connection<T>(
    database: &Database,
    work: impl AsyncFnOnce(&Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    let connection = database.open().await?;
    let outcome = {
        let mut work = std::pin::pin!(work(&connection));
        std::future::poll_fn(|context| {
            match std::panic::catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
                Ok(poll) => poll.map(Ok),
                Err(panic) => std::task::Poll::Ready(Err(panic)),
            }
        })
        .await
    };
    let closed = connection.close().await;
    let result = outcome.unwrap_or_else(|panic| resume_unwind(panic));
    if result.is_ok() {
        closed?;
    }
    result
}

async fn load_users(connection: &Connection, ids: Vec<u32>) -> Result<Vec<User>, Error> {
    let load = async |id: u32| {
        connection
            .query::<(u32, String)>("SELECT id, name FROM users WHERE id = ?", [i64::from(id)])
            .await
    };
    let mut users = Vec::new();
    for rows in join_all(ids.into_iter().map(load)).await {
        let (id, name) = rows?.pop().ok_or_else(|| Error::Refused("no such user".to_owned()))?;
        users.push(User { id, name });
    }
    Ok(users)
}
