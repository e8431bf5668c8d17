// expects: wrong-result
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    futures::future::join_all((1..=ids.len() as u32).map(fetch)).await
}
