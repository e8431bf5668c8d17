// expects: passed
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
    let (client, process, output) = (&given.client, &given.process, &given.output);
    stream::iter(&given.urls)
        .map(|url| fetch(client, url))
        .buffer_unordered(LIMIT)
        .map(|item| async move {
            let item = item?;
            let (id, process) = (item.id, process.clone());
            let text = spawn_blocking(move || process(item)).await?;
            Ok::<_, Failed>((id, text))
        })
        .buffer_unordered(2)
        .map(|made| async move {
            let (id, text) = made?;
            save(output.join(format!("result_{id}.json")), text).await?;
            Ok(id)
        })
        .buffer_unordered(2)
        .collect()
        .await
}
