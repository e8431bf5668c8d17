// expects: panicked
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let (first, second, third) = tokio::join!(fetch(ids[0]), fetch(ids[1]), fetch(ids[2]));
    vec![first, second, third]
}
