// expects: never-ends
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
    for result in futures::future::join_all(ids.into_iter().map(fetch)).await {
        sender.send(result).await.expect("the receiver lives");
    }
    drop(sender);
    let mut results = Vec::new();
    while let Some(result) = receiver.recv().await {
        results.push(result);
    }
    results
}
