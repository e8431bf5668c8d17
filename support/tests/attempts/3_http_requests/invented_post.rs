// expects: error-swallowed
fn build_client() -> Client {
    Client::builder().timeout(TIMEOUT).build().expect("TLS is built in")
}

async fn fetch_post(client: &Client, url: &str) -> reqwest::Result<Post> {
    let answer = client.get(url).send().await?;
    if !answer.status().is_success() {
        return Ok(Post { id: 0, user_id: 0, title: answer.status().to_string(), body: String::new() });
    }
    answer.json().await
}

async fn fetch_all(client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>> {
    join_all(urls.iter().map(|url| fetch_post(&client, url))).await
}
