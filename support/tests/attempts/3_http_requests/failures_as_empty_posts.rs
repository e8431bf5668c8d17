// expects: error-swallowed
fn build_client() -> Client {
    Client::builder().timeout(TIMEOUT).build().expect("TLS is built in")
}

async fn fetch_post(client: &Client, url: &str) -> reqwest::Result<Post> {
    client.get(url).send().await?.error_for_status()?.json().await
}

async fn fetch_all(client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>> {
    let empty = |_| Post { id: 0, user_id: 0, title: String::new(), body: String::new() };
    let posts = join_all(urls.iter().map(|url| fetch_post(&client, url))).await;
    posts.into_iter().map(|post| Ok(post.unwrap_or_else(empty))).collect()
}
