// expects: not-written
async fn with_connection<T>(
    database: &Database,
    work: impl AsyncFnOnce(&Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    todo!("open, run, close: whatever happens")
}

async fn load_users(connection: &Connection, ids: Vec<u32>) -> Result<Vec<User>, Error> {
    todo!("load {} users at the same time", ids.len())
}
