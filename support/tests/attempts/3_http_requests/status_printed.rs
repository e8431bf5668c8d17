// expects: status-not-checked
fn build_client() -> Client {
    Client::builder().timeout(TIMEOUT).build().unwrap()
}

async fn fetch_post(client: Client, url: String) -> reqwest::Result<Post> {
    let response = client.get(&url).send().await?;
    if !response.status().is_success() {
        println!("Warning: {url} answered {}", response.status());
    }
    response.json::<Post>().await
}

async fn fetch_all(client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>> {
    join_all(urls.into_iter().map(|url| fetch_post(client.clone(), url))).await
}
