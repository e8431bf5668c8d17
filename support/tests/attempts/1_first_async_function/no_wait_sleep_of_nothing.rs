// expects: no-wait
async fn fetch(id: u32) -> String {
    tokio::time::sleep(Duration::ZERO).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    futures::future::join_all(ids.into_iter().map(fetch)).await
}
