// expects: blocks-thread
fn fetch_sync(id: u32) -> String {
    std::thread::sleep(STEP);
    format!("data{id}")
}

async fn fetch(id: u32) -> String {
    tokio::task::spawn_blocking(move || fetch_sync(id)).await.expect("it returns")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    futures::future::join_all(ids.into_iter().map(fetch)).await
}
