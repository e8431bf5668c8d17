// expects: passed
struct Guard(Option<Connection>);

impl Guard {
    async fn close(mut self) -> Result<(), Error> {
        match self.0.take() {
            Some(connection) => connection.close().await,
            None => Ok(()),
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            tokio::spawn(async move { connection.close().await });
        }
    }
}

async fn with_connection<T>(
    database: &Database,
    work: impl AsyncFnOnce(&Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    let guard = Guard(Some(database.open().await?));
    let connection = guard.0.as_ref().ok_or(Error::Closed)?;
    let result = work(connection).await;
    guard.close().await?;
    result
}

async fn load_users(connection: &Connection, ids: Vec<u32>) -> Result<Vec<User>, Error> {
    let list: Vec<_> = ids.iter().map(u32::to_string).collect();
    let sql = format!("SELECT id, name FROM users WHERE id IN ({})", list.join(", "));
    let rows: Vec<(u32, String)> = connection.query(&sql, []).await?;
    let names: std::collections::HashMap<u32, String> = rows.into_iter().collect();
    let user = |id: u32| Some(User { id, name: names.get(&id)?.clone() });
    let users: Option<Vec<_>> = ids.into_iter().map(user).collect();
    users.ok_or(Error::Refused("no such user".to_owned()))
}
