// expects: panic-swallowed
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    let handles: Vec<_> = jobs.into_iter().map(tokio::spawn).collect();
    join_all(handles).await.into_iter().flatten().map(Ok).collect()
}
