// expects: wrong-result
async fn save(path: PathBuf, text: String) -> std::io::Result<()> {
    let part = path.with_extension("part");
    tokio::fs::write(&part, text).await?;
    tokio::fs::rename(part, path).await
}

use std::sync::Arc;
async fn fetch(given: &Given, url: &str) -> Result<Item, Failed> {
    let mut pause = Duration::from_millis(100);
    for _ in 0..5 {
        let answer = given.client.get(url).send().await?;
        match answer.status() {
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => { tokio::time::sleep(pause).await; pause *= 2; }
            _ => return Ok(answer.error_for_status()?.json().await?),
        }
    }
    Err("busy".into())
}
async fn one(given: &Given, permits: &Semaphore, url: &str) -> Result<u32, Failed> {
    let item = { let _permit = permits.acquire().await?; fetch(given, url).await? };
    let id = item.id;
    let process = given.process.clone();
    let text = spawn_blocking(move || process(item)).await?;
    save(given.output.join(format!("result_{id}.json")), text).await?;
    Ok(given.urls.iter().position(|u| u == url).unwrap() as u32)
}
async fn pipeline(given: Given) -> Vec<Result<u32, Failed>> {
    let permits = Semaphore::new(LIMIT);
    join_all(given.urls.iter().map(|url| one(&given, &permits, url))).await
}
