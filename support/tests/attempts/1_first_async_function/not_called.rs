// expects: not-called
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    tokio::time::sleep(STEP).await;
    ids.into_iter().map(|id| format!("data{id}")).collect()
}
