// expects: sequential
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let mut results = Vec::new();
    for id in ids {
        results.push(tokio::spawn(fetch(id)).await.expect("a fetch does not panic"));
    }
    results
}
