// expects: never-ends
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    let (sender, mut receiver) = tokio::sync::mpsc::channel(10);
    let mut results: Vec<_> = jobs.iter().map(|_| Err("lost".to_owned())).collect();
    for (place, job) in jobs.into_iter().enumerate() {
        let sender = sender.clone();
        tokio::spawn(async move {
            let ended = tokio::spawn(job).await.map_err(|error| error.to_string());
            sender.send((place, ended)).await
        });
    }
    while let Some((place, ended)) = receiver.recv().await {
        results[place] = ended;
    }
    results
}
