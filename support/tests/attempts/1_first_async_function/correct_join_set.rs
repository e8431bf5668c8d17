// expects: passed
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let mut tasks = tokio::task::JoinSet::new();
    for (place, id) in ids.into_iter().enumerate() {
        tasks.spawn(async move { (place, fetch(id).await) });
    }
    let mut results = tasks.join_all().await;
    results.sort();
    results.into_iter().map(|(_, result)| result).collect()
}
