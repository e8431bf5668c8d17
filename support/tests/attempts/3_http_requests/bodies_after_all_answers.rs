// expects: one-failure-stops-all
fn build_client() -> Client {
    Client::builder().timeout(TIMEOUT).build().unwrap()
}

async fn fetch_all(client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>> {
    let answers = join_all(urls.iter().map(|u| client.get(u).send())).await;
    join_all(answers.into_iter().map(async |a| a?.error_for_status()?.json().await)).await
}
