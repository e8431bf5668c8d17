// expects: never-ends
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let (sender, mut receiver) = tokio::sync::mpsc::channel(ids.len().max(1));
    for id in ids {
        let sender = sender.clone();
        tokio::spawn(async move { sender.send(fetch(id).await).await });
    }
    let mut results = Vec::new();
    while let Some(result) = receiver.recv().await {
        results.push(result);
    }
    results
}
