// expects: passed
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let tasks: Vec<_> = ids.into_iter().map(|id| tokio::spawn(fetch(id))).collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.expect("a fetch does not panic"));
    }
    results
}
