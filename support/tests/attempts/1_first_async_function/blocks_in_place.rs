// expects: blocks-thread
async fn fetch(id: u32) -> String {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(tokio::time::sleep(STEP)));
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    futures::future::join_all(ids.into_iter().map(fetch)).await
}
