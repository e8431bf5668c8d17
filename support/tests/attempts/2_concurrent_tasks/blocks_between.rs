// expects: blocks-thread
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    let handles: Vec<_> = jobs.into_iter().map(tokio::spawn).collect();
    std::thread::sleep(Duration::from_secs(1));
    let mut results = Vec::new();
    for handle in handles {
        results.push(handle.await.map_err(|error| error.to_string()));
    }
    results
}
