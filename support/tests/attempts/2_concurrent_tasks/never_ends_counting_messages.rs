// expects: never-ends
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    let count = jobs.len();
    let (tx, mut rx) = tokio::sync::mpsc::channel(32);
    for (i, job) in jobs.into_iter().enumerate() {
        let tx = tx.clone();
        tokio::spawn(async move {
            let text = job.await;
            tx.send((i, text)).await.unwrap();
        });
    }
    let mut results: Vec<Result<String, String>> = vec![Err("panicked".to_string()); count];
    for _ in 0..count {
        if let Some((i, text)) = rx.recv().await {
            results[i] = Ok(text);
        }
    }
    results
}
