// expects: runtime-in-runtime
fn build_client() -> Client {
    Client::builder().timeout(TIMEOUT).build().expect("TLS is built in")
}

async fn fetch_all(_client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>> {
    let client = reqwest::blocking::Client::new();
    let fetch = |url: &String| client.get(url).send()?.error_for_status()?.json();
    urls.iter().map(fetch).collect()
}
