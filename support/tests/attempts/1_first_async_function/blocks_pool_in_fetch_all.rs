// expects: blocks-thread
fn fetch_sync(id: u32) -> String {
    std::thread::sleep(STEP);
    format!("data{id}")
}

async fn fetch(id: u32) -> String {
    println!("Fetching data{id}...");
    tokio::time::sleep(STEP).await;
    println!("Got data{id}");
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let handles: Vec<_> = ids.into_iter().map(|id| tokio::task::spawn_blocking(move || fetch_sync(id))).collect();
    let mut out = vec![];
    for h in handles { out.push(h.await.unwrap()); }
    out
}
