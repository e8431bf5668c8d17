// expects: passed
use std::sync::Arc;
use tokio::sync::mpsc;

fn is_busy(status: StatusCode) -> bool {
    matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS)
}

async fn download(client: Client, permits: Arc<Semaphore>, url: String) -> Result<Item, Failed> {
    let mut pauses = [100, 200, 400, 800].into_iter().map(Duration::from_millis);
    loop {
        let permit = permits.acquire().await?;
        let answer = client.get(&url).send().await?;
        if !is_busy(answer.status()) {
            return Ok(answer.error_for_status()?.json::<Item>().await?);
        }
        drop(answer);
        drop(permit);
        match pauses.next() {
            Some(pause) => tokio::time::sleep(pause).await,
            None => return Err(format!("{url}: too busy").into()),
        }
    }
}

async fn pipeline(given: Given) -> Vec<Result<u32, Failed>> {
    let (fetched, mut to_process) = mpsc::channel::<Result<Item, Failed>>(8);
    let (done, mut results) = mpsc::unbounded_channel::<Result<u32, Failed>>();

    // stage 1: a task per URL
    let permits = Arc::new(Semaphore::new(LIMIT));
    for url in &given.urls {
        let download = download(given.client.clone(), Arc::clone(&permits), url.clone());
        let fetched = fetched.clone();
        tokio::spawn(async move {
            let _ = fetched.send(download.await).await;
        });
    }
    drop(fetched);

    // stages 2 and 3: whatever has arrived goes on at once
    let (process, output) = (given.process.clone(), given.output.clone());
    tokio::spawn(async move {
        while let Some(arrived) = to_process.recv().await {
            let (process, output, done) = (process.clone(), output.clone(), done.clone());
            tokio::spawn(async move {
                let finish = async {
                    let item = arrived?;
                    let id = item.id;
                    let text = spawn_blocking(move || process(item)).await?;
                    save(output.join(format!("result_{id}.json")), text).await?;
                    Ok::<u32, Failed>(id)
                };
                let _ = done.send(finish.await);
            });
        }
    });

    let mut all = Vec::new();
    while let Some(result) = results.recv().await {
        all.push(result);
    }
    all
}
