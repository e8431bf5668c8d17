// expects: wrong-result
async fn fetch(id: u32) -> String {
    println!("Fetching data{id}...");
    tokio::time::sleep(STEP).await;
    println!("Got data{id}");
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    // Never wait for ever: guard each call with a time-out.
    let patience = Duration::from_millis(100);
    let guarded = ids.into_iter().map(|id| async move {
        tokio::time::timeout(patience, fetch(id)).await.unwrap_or_default()
    });
    futures::future::join_all(guarded).await
}
