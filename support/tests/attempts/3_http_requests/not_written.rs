// expects: not-written
fn build_client() -> Client {
    todo!("build a client whose requests give up after {TIMEOUT:?}")
}

async fn fetch_all(client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>> {
    todo!("send {} requests over {client:?} at the same time", urls.len())
}
