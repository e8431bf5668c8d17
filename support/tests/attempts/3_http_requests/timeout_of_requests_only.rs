// expects: no-timeout
fn build_client() -> Client { Client::new() }
async fn fetch_all(client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>> {
    join_all(urls.into_iter().map(|url| { let client = client.clone(); async move { client.get(url).timeout(TIMEOUT).send().await?.error_for_status()?.json::<Post>().await } })).await
}
