// expects: status-not-checked
fn build_client() -> Client {
    Client::builder().timeout(TIMEOUT).build().expect("the HTTP client can be built")
}

async fn request(client: &Client, url: &str) -> reqwest::Result<Post> {
    let response = client.get(url).send().await?;
    if response.status().is_server_error() {
        println!("{url}: server error {}", response.status());
        response.error_for_status_ref()?;
    }
    response.json::<Post>().await
}

async fn fetch_all(client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>> {
    join_all(urls.iter().map(|url| request(&client, url))).await
}
