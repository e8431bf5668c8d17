// expects: passed
fn build_client() -> Client {
    Client::builder().timeout(TIMEOUT).build().expect("TLS is built in")
}

#[derive(Debug)]
enum Failed {
    Request(reqwest::Error),
    Json(serde_json::Error),
    Lost,
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

async fn fetch_post(client: Client, url: String) -> Result<Post, Failed> {
    let response = client.get(url).send().await.and_then(|answer| answer.error_for_status());
    let text = response.map_err(Failed::Request)?.text().await.map_err(Failed::Request)?;
    serde_json::from_str(&text).map_err(Failed::Json)
}

async fn fetch_all(client: Client, urls: Vec<String>) -> Vec<Result<Post, Failed>> {
    let mut results: Vec<_> = urls.iter().map(|_| Err(Failed::Lost)).collect();
    let mut set = JoinSet::new();
    for (place, url) in urls.into_iter().enumerate() {
        let client = client.clone();
        set.spawn(async move { (place, fetch_post(client, url).await) });
    }
    while let Some(ended) = set.join_next().await {
        if let Ok((place, result)) = ended {
            results[place] = result;
        }
    }
    results
}
