// expects: blocks-thread
async fn fetch(id: u32) -> String {
    let begun = std::time::Instant::now();
    while begun.elapsed() < STEP {}
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    futures::future::join_all(ids.into_iter().map(fetch)).await
}
