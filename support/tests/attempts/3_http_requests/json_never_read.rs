// expects: wrong-result
fn build_client() -> Client {
    Client::builder().timeout(TIMEOUT).build().expect("TLS is built in")
}

async fn fetch_post(client: &Client, url: &str) -> reqwest::Result<Post> {
    let body = client.get(url).send().await?.error_for_status()?.text().await?;
    let id = url.rsplit('/').next().and_then(|id| id.parse().ok()).unwrap_or_default();
    Ok(Post { id, user_id: 1, title: "a post".to_owned(), body })
}

async fn fetch_all(client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>> {
    join_all(urls.iter().map(|url| fetch_post(&client, url))).await
}
