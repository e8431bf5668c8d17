// expects: limited
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    stream::iter(ids).map(fetch_user).buffered(4).collect().await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    let handles: Vec<_> = jobs.into_iter().map(tokio::spawn).collect();
    let mut results = Vec::new();
    for handle in handles {
        results.push(handle.await.map_err(|error| error.to_string()));
    }
    results
}
