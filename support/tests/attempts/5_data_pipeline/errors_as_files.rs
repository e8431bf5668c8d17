// expects: error-swallowed
async fn request(permits: &Semaphore, client: &Client, url: &str) -> Result<Item, Failed> {
    let mut pause = Duration::from_millis(100);
    for _ in 0..5 {
        let permit = permits.acquire().await?;
        let response = client.get(url).send().await?;
        let status = response.status();
        if status != StatusCode::SERVICE_UNAVAILABLE && status != StatusCode::TOO_MANY_REQUESTS {
            return Ok(response.error_for_status()?.json::<Item>().await?);
        }
        drop(response);
        drop(permit);
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
    Err(format!("{url} is still busy").into())
}

async fn item_to_file(given: &Given, permits: &Semaphore, url: &str) -> Result<u32, Failed> {
    let item = request(permits, &given.client, url).await?;
    let id = item.id;
    let process = given.process.clone();
    let text = spawn_blocking(move || process(item)).await?;
    save(given.output.join(format!("result_{id}.json")), text).await?;
    Ok(id)
}

async fn reported(given: &Given, permits: &Semaphore, url: &str) -> Result<u32, Failed> {
    let result = item_to_file(given, permits, url).await;
    if let Err(error) = &result {
        // Leave a report, so that operations can see what went wrong.
        let number = url.rsplit('/').next().unwrap_or("unknown");
        let report = format!("{{\"error\": {:?}}}", error.to_string());
        save(given.output.join(format!("result_{number}.json")), report).await?;
    }
    result
}

async fn pipeline(given: Given) -> Vec<Result<u32, Failed>> {
    let permits = Semaphore::new(LIMIT);
    join_all(given.urls.iter().map(|url| reported(&given, &permits, url))).await
}
