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

/// A stage for each part of the work, with a channel between one and the next.
async fn pipeline(given: Given) -> Vec<Result<u32, Failed>> {
    let (fetched, mut to_process) = mpsc::channel::<Result<Item, Failed>>(2);
    let (processed, mut to_save) = mpsc::channel::<Result<(u32, String), Failed>>(2);
    let Given { client, urls, process, output, .. } = given;
    tokio::spawn(async move {
        let fetches = urls.into_iter().map(|url| {
            let client = client.clone();
            async move { fetch(&client, &url).await }
        });
        let mut fetches = stream::iter(fetches).buffered(LIMIT);
        while let Some(item) = fetches.next().await {
            if fetched.send(item).await.is_err() {
                return;
            }
        }
    });
    tokio::spawn(async move {
        while let Some(item) = to_process.recv().await {
            let process = process.clone();
            let made = match item {
                Ok(item) => {
                    let id = item.id;
                    let text = spawn_blocking(move || process(item)).await;
                    text.map(|text| (id, text)).map_err(Failed::from)
                }
                Err(error) => Err(error),
            };
            if processed.send(made).await.is_err() {
                return;
            }
        }
    });
    let mut results = Vec::new();
    while let Some(made) = to_save.recv().await {
        results.push(match made {
            Ok((id, text)) => {
                let path = output.join(format!("result_{id}.json"));
                save(path, text).await.map(|()| id).map_err(Failed::from)
            }
            Err(error) => Err(error),
        });
    }
    results
}
