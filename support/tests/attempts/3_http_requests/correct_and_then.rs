// expects: passed
use futures::future::{TryFutureExt, ready};

fn build_client() -> Client {
    Client::builder().timeout(TIMEOUT).build().unwrap()
}

async fn fetch_all(client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>> {
    join_all(urls.into_iter().map(|url| {
        client
            .get(url)
            .send()
            .and_then(|response| ready(response.error_for_status()))
            .and_then(|response| response.json::<Post>())
    }))
    .await
}
