// expects: limited
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    use futures::stream::{self, StreamExt};
    stream::iter(ids).map(fetch).buffered(3).collect().await
}
