// expects: no-timeout
fn build_client() -> Client {
    Client::builder().connect_timeout(TIMEOUT).build().expect("a client")
}

async fn fetch_post(client: &Client, url: String) -> reqwest::Result<Post> {
    client.get(url).send().await?.error_for_status()?.json().await
}

async fn fetch_all(client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>> {
    let requests = urls.into_iter().map(|url| fetch_post(&client, url));
    join_all(requests).await
}
