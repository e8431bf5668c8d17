// expects: never-ends
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let permits = tokio::sync::Semaphore::new(2);
    futures::future::join_all(ids.into_iter().map(async |id| {
        permits.acquire().await.expect("it is open").forget();
        fetch(id).await
    }))
    .await
}
