// expects: passed
use futures::stream::{FuturesUnordered, StreamExt};

async fn with_connection<T>(
    database: &Database,
    work: impl AsyncFnOnce(&Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    let connection = match database.open().await {
        Ok(connection) => connection,
        Err(error) => return Err(error),
    };
    let outcome = AssertUnwindSafe(work(&connection)).catch_unwind().await;
    if let Err(error) = connection.close().await {
        println!("closing failed: {error:?}");
    }
    match outcome {
        Ok(result) => result,
        Err(payload) => std::panic::resume_unwind(payload),
    }
}

async fn load_users(connection: &Connection, ids: Vec<u32>) -> Result<Vec<User>, Error> {
    let mut slots: Vec<Option<User>> = ids.iter().map(|_| None).collect();
    let mut queries = FuturesUnordered::new();
    for (slot, id) in ids.into_iter().enumerate() {
        queries.push(async move {
            let rows = connection
                .query::<(u32, String)>("SELECT id, name FROM users WHERE id = ?", [i64::from(id)])
                .await;
            (slot, rows)
        });
    }
    while let Some((slot, rows)) = queries.next().await {
        let (id, name) = rows?.into_iter().next().ok_or(Error::Closed)?;
        slots[slot] = Some(User { id, name });
    }
    Ok(slots.into_iter().flatten().collect())
}
