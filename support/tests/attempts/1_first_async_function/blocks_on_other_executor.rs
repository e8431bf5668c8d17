// expects: blocks-thread
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    futures::executor::block_on(futures::future::join_all(ids.into_iter().map(fetch)))
}
