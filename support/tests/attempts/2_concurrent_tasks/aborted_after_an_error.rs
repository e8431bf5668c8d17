// expects: cancelled
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    let mut set = JoinSet::new();
    for (place, job) in jobs.into_iter().enumerate() {
        set.spawn(async move { (place, job.await) });
    }
    let mut results = Vec::new();
    while let Some(ended) = set.join_next().await {
        if ended.is_err() {
            set.abort_all();
        }
        results.push(ended.map(|(_, text)| text).map_err(|error| error.to_string()));
    }
    results
}
