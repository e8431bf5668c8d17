// expects: never-ends
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let results = tokio::sync::Mutex::new(Vec::new());
    let mut held = results.lock().await;
    for result in futures::future::join_all(ids.into_iter().map(fetch)).await {
        results.lock().await.push(result);
    }
    held.drain(..).collect()
}
