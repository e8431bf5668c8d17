// expects: order-lost
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, tokio::task::JoinError>> {
    let mut set = JoinSet::new();
    for job in jobs {
        set.spawn(job);
    }
    let mut results = Vec::new();
    while let Some(result) = set.join_next().await {
        results.push(result);
    }
    results
}
