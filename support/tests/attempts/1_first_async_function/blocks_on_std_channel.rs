// expects: blocks-thread
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let (sender, receiver) = std::sync::mpsc::channel();
    for id in ids {
        let sender = sender.clone();
        tokio::spawn(async move { sender.send(fetch(id).await) });
    }
    drop(sender);
    receiver.iter().collect()
}
