// expects: client-not-used
fn build_client() -> Client {
    Client::builder().timeout(TIMEOUT).build().expect("TLS is built in")
}

async fn fetch_post(client: &Client, url: &str) -> reqwest::Result<Post> {
    client.get(url).send().await?.error_for_status()?.json().await
}

/// One for all, and kept.
static SHARED: std::sync::LazyLock<Client> = std::sync::LazyLock::new(build_client);

async fn fetch_all(_client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>> {
    join_all(urls.iter().map(|url| fetch_post(&SHARED, url))).await
}
