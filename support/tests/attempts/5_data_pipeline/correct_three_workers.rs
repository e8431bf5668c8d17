// expects: passed
use std::sync::atomic::{AtomicUsize, Ordering};

async fn fetch_with_retry(client: &Client, url: &str) -> Result<Item, Failed> {
    let mut wait = Duration::from_millis(100);
    let mut retries = 4;
    loop {
        let response = client.get(url).send().await?;
        let temporary = [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS].contains(&response.status());
        if !temporary || retries == 0 {
            let item = response.error_for_status()?.json::<Item>().await?;
            return Ok(item);
        }
        retries -= 1;
        tokio::time::sleep(wait).await;
        wait *= 2;
    }
}

async fn handle(given: &Given, url: &str) -> Result<u32, Failed> {
    let item = fetch_with_retry(&given.client, url).await?;
    let id = item.id;
    let process = given.process.clone();
    let text = spawn_blocking(move || process(item)).await?;
    save(given.output.join(format!("result_{id}.json")), text).await?;
    Ok(id)
}

// Three workers, each with one request at a time: that is the limit.
async fn worker(given: &Given, next: &AtomicUsize) -> Vec<Result<u32, Failed>> {
    let mut results = vec![];
    while let Some(url) = given.urls.get(next.fetch_add(1, Ordering::SeqCst)) {
        results.push(handle(given, url).await);
    }
    results
}

async fn pipeline(given: Given) -> Vec<Result<u32, Failed>> {
    let next = AtomicUsize::new(0);
    let workers = (0..LIMIT).map(|_| worker(&given, &next));
    join_all(workers).await.into_iter().flatten().collect()
}
