// expects: never-ends
use tokio::sync::mpsc;

fn build_client() -> Client {
    Client::builder().timeout(TIMEOUT).build().unwrap()
}

async fn get(client: &Client, url: &str) -> reqwest::Result<Post> {
    client.get(url).send().await?.error_for_status()?.json().await
}

async fn fetch_all(client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>> {
    let (tx, mut rx) = mpsc::channel(4);
    let senders = urls.iter().enumerate().map(|(i, url)| {
        let (client, tx) = (client.clone(), tx.clone());
        async move {
            let result = get(&client, url).await;
            let _ = tx.send((i, result)).await;
        }
    });
    join_all(senders).await; // wg.Wait()
    drop(tx); // close(ch)
    let mut results = vec![];
    while let Some(pair) = rx.recv().await {
        results.push(pair);
    }
    results.sort_by_key(|(i, _)| *i);
    results.into_iter().map(|(_, result)| result).collect()
}
