// expects: order-lost
fn build_client() -> Client {
    Client::builder().timeout(TIMEOUT).build().expect("TLS is built in")
}

async fn fetch_post(client: &Client, url: &str) -> reqwest::Result<Post> {
    client.get(url).send().await?.error_for_status()?.json().await
}

async fn fetch_all(client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>> {
    let results = join_all(urls.iter().map(|url| fetch_post(&client, url))).await;
    let (good, bad): (Vec<_>, Vec<_>) = results.into_iter().partition(|result| result.is_ok());
    good.into_iter().chain(bad).collect()
}
