// expects: passed
fn build_client() -> Client {
    Client::builder().timeout(TIMEOUT * 2).build().expect("TLS is built in")
}

async fn fetch_post(client: Client, url: String) -> Result<Post, String> {
    let answer = client.get(url).send().await.map_err(|error| error.to_string())?;
    if !answer.status().is_success() {
        return Err(format!("status {}", answer.status()));
    }
    answer.json().await.map_err(|error| error.to_string())
}

async fn fetch_all(client: Client, urls: Vec<String>) -> Vec<Result<Post, String>> {
    let handles: Vec<_> = urls
        .into_iter()
        .map(|url| tokio::spawn(tokio::time::timeout(TIMEOUT, fetch_post(client.clone(), url))))
        .collect();
    let mut results = Vec::new();
    for handle in handles {
        results.push(match handle.await {
            Ok(Ok(result)) => result,
            Ok(Err(elapsed)) => Err(elapsed.to_string()),
            Err(error) => Err(error.to_string()),
        });
    }
    results
}
