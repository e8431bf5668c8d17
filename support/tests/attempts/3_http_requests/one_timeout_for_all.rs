// expects: one-failure-stops-all
fn build_client() -> Client {
    Client::builder().timeout(TIMEOUT).build().expect("TLS is built in")
}

async fn fetch_post(client: &Client, url: &str) -> reqwest::Result<Post> {
    client.get(url).send().await?.error_for_status()?.json().await
}

async fn fetch_all(client: Client, urls: Vec<String>) -> Vec<Result<Post, String>> {
    let all = join_all(urls.iter().map(|url| fetch_post(&client, url)));
    let unanswered = |_| urls.iter().map(|url| Err(format!("{url}: not in time"))).collect();
    match tokio::time::timeout(TIMEOUT / 2, all).await {
        Ok(results) => results.into_iter().map(|result| result.map_err(|error| error.to_string())).collect(),
        Err(late) => unanswered(late),
    }
}
