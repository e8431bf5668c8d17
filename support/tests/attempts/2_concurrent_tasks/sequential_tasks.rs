// expects: sequential
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    let mut results = Vec::new();
    for job in jobs {
        results.push(tokio::spawn(job).await.map_err(|error| error.to_string()));
    }
    results
}
