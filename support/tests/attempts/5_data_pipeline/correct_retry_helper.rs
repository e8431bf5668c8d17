// expects: passed
use std::future::Future;

// `ask` says Ok(Some(value)), Ok(None) for "later", or Err for good
async fn retry<T, F, Fut>(times: usize, first_pause: Duration, ask: F) -> Result<T, Failed>
where
    F: Fn() -> Fut,
    Fut: Future<Output = Result<Option<T>, Failed>>,
{
    let mut pause = first_pause;
    for left in (0..times).rev() {
        if let Some(value) = ask().await? {
            return Ok(value);
        }
        if left > 0 {
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }
    Err(format!("busy {times} times").into())
}

async fn ask(given: &Given, permits: &Semaphore, url: &str) -> Result<Option<Item>, Failed> {
    let _permit = permits.acquire().await?;
    let answer = given.client.get(url).send().await?;
    match answer.status() {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => Ok(None),
        _ => Ok(Some(answer.error_for_status()?.json().await?)),
    }
}

async fn process_item(given: &Given, item: Item) -> Result<String, Failed> {
    let process = given.process.clone();
    let (sender, receiver) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = sender.send(process(item));
    });
    Ok(receiver.await?)
}

async fn one_by_three(given: &Given, permits: &Semaphore, url: &str) -> Result<u32, Failed> {
    let item = retry(5, Duration::from_millis(100), || ask(given, permits, url)).await?;
    let id = item.id;
    let text = process_item(given, item).await?;
    save(given.output.join(format!("result_{id}.json")), text).await?;
    Ok(id)
}

async fn pipeline(given: Given) -> Vec<Result<u32, Failed>> {
    let permits = Semaphore::new(LIMIT);
    join_all(given.urls.iter().map(|url| one_by_three(&given, &permits, url))).await
}
