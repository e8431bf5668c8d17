// expects: panicked
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    join_all(jobs).await.into_iter().map(Ok).collect()
}
