// expects: never-ends
use futures::future::BoxFuture;

const MAX_RETRIES: u32 = 4;

fn fetch_item<'a>(
    permits: &'a Semaphore,
    client: &'a Client,
    url: &'a str,
    retries: u32,
    pause: Duration,
) -> BoxFuture<'a, Result<Item, Failed>> {
    Box::pin(async move {
        let _permit = permits.acquire().await?;
        let response = client.get(url).send().await?;
        let status = response.status();
        if status == StatusCode::SERVICE_UNAVAILABLE || status == StatusCode::TOO_MANY_REQUESTS {
            if retries == MAX_RETRIES {
                let failed: Failed = format!("{url} answered {status} too often").into();
                return Err(failed);
            }
            drop(response);
            tokio::time::sleep(pause).await;
            return fetch_item(permits, client, url, retries + 1, pause * 2).await;
        }
        let item = response.error_for_status()?.json::<Item>().await?;
        Ok(item)
    })
}

async fn run_item(given: &Given, permits: &Semaphore, url: &str) -> Result<u32, Failed> {
    let item = fetch_item(permits, &given.client, url, 0, Duration::from_millis(100)).await?;
    let id = item.id;
    let process = given.process.clone();
    let text = spawn_blocking(move || process(item)).await?;
    save(given.output.join(format!("result_{id}.json")), text).await?;
    Ok(id)
}

async fn pipeline(given: Given) -> Vec<Result<u32, Failed>> {
    let permits = Semaphore::new(LIMIT);
    join_all(given.urls.iter().map(|url| run_item(&given, &permits, url))).await
}
