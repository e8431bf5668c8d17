// expects: passed
use tokio::sync::{Mutex, mpsc};

// A semaphore by hand: whoever wants to send a request takes a token out of the channel, and puts it back afterwards.
struct Tokens {
    back: mpsc::Sender<()>,
    take: Mutex<mpsc::Receiver<()>>,
}

impl Tokens {
    fn new(count: usize) -> Self {
        let (back, take) = mpsc::channel(count);
        for _ in 0..count {
            back.try_send(()).expect("there is room for all tokens");
        }
        Tokens { back, take: Mutex::new(take) }
    }

    async fn request(&self, client: &Client, url: &str) -> Result<Option<Item>, Failed> {
        let token = self.take.lock().await.recv().await;
        let answer = request(client, url).await;
        if token.is_some() {
            self.back.send(()).await?;
        }
        answer
    }
}

async fn request(client: &Client, url: &str) -> Result<Option<Item>, Failed> {
    let response = client.get(url).send().await?;
    if matches!(response.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        return Ok(None);
    }
    Ok(Some(response.error_for_status()?.json::<Item>().await?))
}

async fn item_way(given: &Given, tokens: &Tokens, url: &str) -> Result<u32, Failed> {
    let mut found = tokens.request(&given.client, url).await?;
    for retry in 0..4u32 {
        if found.is_none() {
            tokio::time::sleep(LATENCY * 2u32.pow(retry)).await;
            found = tokens.request(&given.client, url).await?;
        }
    }
    let item = found.ok_or("still busy after five requests")?;
    let id = item.id;
    let process = given.process.clone();
    let text = spawn_blocking(move || process(item)).await?;
    save(given.output.join(format!("result_{id}.json")), text).await?;
    Ok(id)
}

async fn pipeline(given: Given) -> Vec<Result<u32, Failed>> {
    let tokens = Tokens::new(LIMIT);
    join_all(given.urls.iter().map(|url| item_way(&given, &tokens, url))).await
}
