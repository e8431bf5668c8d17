// expects: status-not-checked
fn build_client() -> Client {
    Client::builder().timeout(TIMEOUT).build().expect("TLS is built in")
}

async fn fetch_post(client: &Client, url: &str) -> reqwest::Result<Post> {
    let answer = client.get(url).send().await?;
    println!("{url}: {}", answer.status());
    answer.json().await
}

async fn fetch_all(client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>> {
    let requests = urls.iter().map(|url| fetch_post(&client, url));
    stream::iter(requests).buffered(urls.len()).collect().await
}
