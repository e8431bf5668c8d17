// expects: sequential-stages
async fn fetch(client: &Client, url: &str) -> Result<Item, Failed> {
    let mut wait = Duration::from_millis(20);
    for _attempt in 0..4 {
        let answer = client.get(url).send().await?;
        if !matches!(answer.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            return Ok(answer.error_for_status()?.json().await?);
        }
        tokio::time::sleep(wait).await;
        wait *= 2;
    }
    Err(format!("{url} is busy for too long").into())
}

async fn save(path: PathBuf, text: String) -> std::io::Result<()> {
    let part = path.with_extension("part");
    tokio::fs::write(&part, text).await?;
    tokio::fs::rename(part, path).await
}

async fn pipeline(given: Given) -> Vec<Result<u32, Failed>> {
    let fetches = given.urls.iter().map(|url| fetch(&given.client, url));
    let items: Vec<_> = stream::iter(fetches).buffered(LIMIT).collect().await;
    let mut results = Vec::new();
    let mut made = Vec::new();
    for item in items {
        match item {
            Ok(item) => {
                let (id, process) = (item.id, given.process.clone());
                made.push(async move { (id, spawn_blocking(move || process(item)).await) });
            }
            Err(error) => results.push(Err(error)),
        }
    }
    for (id, text) in join_all(made).await {
        results.push(match text {
            Ok(text) => {
                let path = given.output.join(format!("result_{id}.json"));
                save(path, text).await.map(|()| id).map_err(Failed::from)
            }
            Err(error) => Err(error.into()),
        });
    }
    results
}
