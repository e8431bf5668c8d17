// expects: passed
async fn ask(client: Client, url: String) -> Result<Item, Failed> {
    let pauses = [50, 100, 200, 400].map(Duration::from_millis);
    for pause in pauses {
        let answer = client.get(&url).send().await?;
        match answer.status() {
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => tokio::time::sleep(pause).await,
            _ => return Ok(answer.error_for_status()?.json::<Item>().await?),
        }
    }
    // The last try: whatever it says is final.
    Ok(client.get(&url).send().await?.error_for_status()?.json::<Item>().await?)
}

async fn finish(given: Given, fetched: Result<Item, Failed>) -> Result<u32, Failed> {
    let item = fetched?;
    let id = item.id;
    let process = given.process.clone();
    let text = spawn_blocking(move || process(item)).await?;
    save(given.output.join(format!("result_{id}.json")), text).await?;
    Ok(id)
}

async fn pipeline(given: Given) -> Vec<Result<u32, Failed>> {
    let number = given.urls.len().max(1);
    stream::iter(given.urls.clone())
        .map(|url| ask(given.client.clone(), url))
        .buffer_unordered(LIMIT)
        .map(|fetched| finish(given.clone(), fetched))
        .buffer_unordered(number)
        .collect()
        .await
}
