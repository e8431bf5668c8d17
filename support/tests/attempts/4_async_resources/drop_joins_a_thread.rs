// expects: blocks-thread
struct Guard(Option<Connection>);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            let closes = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.map(|runtime| runtime.block_on(connection.close()).is_ok())
            });
            let _ = closes.join();
        }
    }
}

async fn with_connection<T>(
    database: &Database,
    work: impl AsyncFnOnce(&Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    let guard = Guard(Some(database.open().await?));
    let connection = guard.0.as_ref().ok_or(Error::Closed)?;
    work(connection).await
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
