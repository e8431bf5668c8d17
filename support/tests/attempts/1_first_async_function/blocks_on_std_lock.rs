// expects: blocks-thread
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let results = std::sync::Mutex::new(futures::future::join_all(ids.into_iter().map(fetch)).await);
    let held = results.lock();
    let copy = results.lock().map(|results| results.clone()).unwrap_or_default();
    drop(held);
    copy
}
