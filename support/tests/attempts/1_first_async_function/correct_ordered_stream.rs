// expects: passed
fn fetch(id: u32) -> impl Future<Output = String> {
    async move {
        let end = tokio::time::Instant::now() + STEP;
        tokio::time::sleep_until(end).await;
        format!("data{id}")
    }
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    use futures::stream::{FuturesOrdered, StreamExt};
    ids.into_iter().map(fetch).collect::<FuturesOrdered<_>>().collect().await
}
