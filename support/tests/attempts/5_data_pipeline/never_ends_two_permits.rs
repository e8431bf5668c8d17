// expects: never-ends
async fn fetch(given: &Given, permits: &Semaphore, url: &str) -> Result<Item, Failed> {
    let mut backoff = LATENCY;
    for _attempt in 0..5 {
        let permit = permits.acquire().await?;
        let answer = given.client.get(url).send().await?;
        match answer.status() {
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                drop(permit);
                tokio::time::sleep(backoff).await;
                backoff *= 2;
            }
            _ => return Ok(answer.error_for_status()?.json().await?),
        }
    }
    Err(format!("{url}: still busy").into())
}

async fn one(given: &Given, permits: &Semaphore, url: &str) -> Result<u32, Failed> {
    let _permit = permits.acquire().await?;
    let item = fetch(given, permits, url).await?;
    let id = item.id;
    let process = given.process.clone();
    let text = spawn_blocking(move || process(item)).await?;
    save(given.output.join(format!("result_{id}.json")), text).await?;
    Ok(id)
}

async fn pipeline(given: Given) -> Vec<Result<u32, Failed>> {
    let permits = Semaphore::new(LIMIT);
    join_all(given.urls.iter().map(|url| one(&given, &permits, url))).await
}
