// expects: passed
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let mut results = vec![String::new(); ids.len()];
    for (place, id) in ids.into_iter().enumerate() {
        let sender = sender.clone();
        tokio::spawn(async move { sender.send((place, fetch(id).await)) });
    }
    drop(sender);
    while let Some((place, result)) = receiver.recv().await {
        results[place] = result;
    }
    results
}
