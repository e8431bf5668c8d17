// expects: passed
fn build_client() -> Client {
    reqwest::ClientBuilder::new()
        .timeout(TIMEOUT)
        .tcp_nodelay(true)
        .build()
        .expect("TLS backend")
}

async fn fetch_all(client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>> {
    // A URL that cannot be parsed fails here already; it keeps its place as an Err.
    let prepared: Vec<reqwest::Result<reqwest::Request>> = urls.iter().map(|url| client.get(url).build()).collect();

    let mut handles = Vec::with_capacity(prepared.len());
    for request in prepared {
        let client = client.clone();
        handles.push(tokio::spawn(async move {
            let response = client.execute(request?).await?;
            response.error_for_status_ref()?;
            response.json::<Post>().await
        }));
    }
    let mut posts = Vec::with_capacity(handles.len());
    for handle in handles {
        posts.push(handle.await.expect("a request does not panic"));
    }
    posts
}
