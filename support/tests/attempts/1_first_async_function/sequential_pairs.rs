// expects: sequential
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let mut results = Vec::new();
    for pair in ids.chunks(2) {
        results.extend(futures::future::join_all(pair.iter().map(|id| fetch(*id))).await);
    }
    results
}
