// expects: never-ends
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

async fn one(given: Given, url: String) -> Result<u32, Failed> {
    let item = fetch(&given.client, &url).await?;
    let (id, process) = (item.id, given.process.clone());
    let text = spawn_blocking(move || process(item)).await?;
    save(given.output.join(format!("result_{id}.json")), text).await?;
    Ok(id)
}

async fn pipeline(given: Given) -> Vec<Result<u32, Failed>> {
    let (done, mut results) = mpsc::channel(4);
    let permits = Arc::new(Semaphore::new(LIMIT));
    for url in given.urls.clone() {
        let (given, done, permits) = (given.clone(), done.clone(), permits.clone());
        tokio::spawn(async move {
            let _permit = permits.acquire().await;
            done.send(one(given, url).await).await
        });
    }
    let mut all = Vec::new();
    while let Some(result) = results.recv().await {
        all.push(result);
    }
    all
}
