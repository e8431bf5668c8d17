// expects: panic-swallowed
use tokio::sync::mpsc;

async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    let (tx, mut rx) = mpsc::unbounded_channel::<(usize, Result<String, String>)>();
    for (i, job) in jobs.into_iter().enumerate() {
        let tx = tx.clone();
        tokio::spawn(async move {
            let text = job.await;
            if tx.send((i, Ok(text))).is_err() {
                println!("nobody listens any more");
            }
        });
    }
    drop(tx);
    let mut results = vec![];
    while let Some(pair) = rx.recv().await {
        results.push(pair);
    }
    results.sort_by_key(|(i, _)| *i);
    results.into_iter().map(|(_, result)| result).collect()
}
