// expects: passed
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let all = futures::future::join_all(ids.into_iter().map(fetch));
    tokio::time::timeout(Duration::from_secs(60), all).await.expect("a minute is enough")
}
