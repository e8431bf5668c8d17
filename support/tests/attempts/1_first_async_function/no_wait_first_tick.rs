// expects: no-wait
async fn fetch(id: u32) -> String {
    let mut ticks = tokio::time::interval(STEP);
    ticks.tick().await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    futures::future::join_all(ids.into_iter().map(fetch)).await
}
