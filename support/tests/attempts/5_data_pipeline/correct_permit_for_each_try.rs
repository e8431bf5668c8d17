// expects: passed
async fn fetch(client: &Client, permits: &Semaphore, url: &str) -> Result<Item, Failed> {
    let mut wait = Duration::from_millis(20);
    for _attempt in 0..4 {
        let answer = {
            let _permit = permits.acquire().await?;
            client.get(url).send().await?
        };
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

async fn one(given: &Given, permits: &Semaphore, url: &str) -> Result<u32, Failed> {
    let item = fetch(&given.client, permits, url).await?;
    let (id, process) = (item.id, given.process.clone());
    let text = spawn_blocking(move || process(item)).await?;
    save(given.output.join(format!("result_{id}.json")), text).await?;
    Ok(id)
}

async fn pipeline(given: Given) -> Vec<Result<u32, Failed>> {
    let permits = Semaphore::new(LIMIT);
    join_all(given.urls.iter().map(|url| one(&given, &permits, url))).await
}
