// expects: blocks-thread
async fn fetch(id: u32) -> String {
    let (tx, rx) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || { std::thread::sleep(STEP); tx.send(()).ok(); });
    rx.await.unwrap();
    format!("data{id}")
}
async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    futures::future::join_all(ids.into_iter().map(fetch)).await
}
