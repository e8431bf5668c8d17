// expects: passed
use tokio::sync::mpsc;

fn build_client() -> Client {
    Client::builder().timeout(TIMEOUT).user_agent("learner/0.1").build().unwrap()
}

async fn get_post(client: Client, url: String) -> Result<Post, reqwest::Error> {
    client.get(url).send().await?.error_for_status()?.json().await
}

async fn fetch_all(client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>> {
    let mut slots: Vec<Option<reqwest::Result<Post>>> = urls.iter().map(|_| None).collect();
    let (tx, mut rx) = mpsc::channel(16);
    for (slot, url) in urls.into_iter().enumerate() {
        let (tx, client) = (tx.clone(), client.clone());
        tokio::spawn(async move {
            let result = get_post(client, url).await;
            let _ = tx.send((slot, result)).await;
        });
    }
    drop(tx);
    while let Some((slot, result)) = rx.recv().await {
        slots[slot] = Some(result);
    }
    slots.into_iter().map(|slot| slot.expect("every task sends")).collect()
}
