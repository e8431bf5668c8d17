// expects: passed
fn build_client() -> Client {
    Client::builder().timeout(TIMEOUT).build().expect("TLS is built in")
}

async fn fetch_post(client: &Client, url: &str) -> reqwest::Result<Post> {
    let mut tries = 1;
    loop {
        match client.get(url).send().await {
            Err(error) if error.is_timeout() && tries < 5 => tries += 1,
            answer => return answer?.error_for_status()?.json().await,
        }
    }
}

async fn fetch_all(client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>> {
    join_all(urls.iter().map(|url| fetch_post(&client, url))).await
}
