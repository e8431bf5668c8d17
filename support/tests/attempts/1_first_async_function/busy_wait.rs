// expects: busy-wait
async fn fetch(id: u32) -> String {
    let timer = tokio::spawn(tokio::time::sleep(STEP));
    while !timer.is_finished() {
        tokio::task::yield_now().await;
    }
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    futures::future::join_all(ids.into_iter().map(fetch)).await
}
