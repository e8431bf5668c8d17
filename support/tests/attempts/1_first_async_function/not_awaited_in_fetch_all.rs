// expects: not-awaited
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let _forgotten: Vec<_> = ids.iter().map(|id| fetch(*id)).collect();
    ids.into_iter().map(|id| format!("data{id}")).collect()
}
