// expects: client-per-request
fn build_client() -> Client {
    Client::builder().timeout(TIMEOUT).build().expect("TLS is built in")
}

async fn fetch_post(client: &Client, url: &str) -> reqwest::Result<Post> {
    client.get(url).send().await?.error_for_status()?.json().await
}

async fn fetch_all(_client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>> {
    let client = build_client();
    join_all(urls.iter().map(|url| fetch_post(&client, url))).await
}
