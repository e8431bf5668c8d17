// expects: runtime-in-runtime
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(futures::future::join_all(ids.into_iter().map(fetch)))
}
