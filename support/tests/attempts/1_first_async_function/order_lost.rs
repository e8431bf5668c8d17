// expects: order-lost
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(mut ids: Vec<u32>) -> Vec<String> {
    ids.sort();
    futures::future::join_all(ids.into_iter().map(fetch)).await
}
