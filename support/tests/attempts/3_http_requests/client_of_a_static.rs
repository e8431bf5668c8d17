// expects: client-not-used
use std::sync::OnceLock;

fn build_client() -> Client {
    Client::builder().timeout(TIMEOUT).build().expect("client configuration is valid")
}

// One client for the whole application.
fn http_client() -> &'static Client {
    static INSTANCE: OnceLock<Client> = OnceLock::new();
    INSTANCE.get_or_init(build_client)
}

async fn find_post(url: &str) -> reqwest::Result<Post> {
    http_client().get(url).send().await?.error_for_status()?.json::<Post>().await
}

async fn fetch_all(_client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>> {
    join_all(urls.iter().map(|url| find_post(url))).await
}
