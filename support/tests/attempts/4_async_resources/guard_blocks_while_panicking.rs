// expects: blocks-thread
struct Guard(Option<Connection>);

impl Drop for Guard {
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Some(connection) = self.0.take()
        {
            let _ = tokio::runtime::Handle::current().block_on(connection.close());
        }
    }
}

async fn with_connection<T>(
    database: &Database,
    work: impl AsyncFnOnce(&Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut guard = Guard(Some(database.open().await?));
    let result = work(guard.0.as_ref().ok_or(Error::Closed)?).await;
    if let Some(connection) = guard.0.take() {
        connection.close().await?;
    }
    result
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
