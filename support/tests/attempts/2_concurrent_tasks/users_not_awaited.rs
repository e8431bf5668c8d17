// expects: not-awaited
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    let _futures: Vec<_> = ids.iter().map(|id| fetch_user(*id)).collect();
    ids.into_iter().map(server::user).collect()
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, tokio::task::JoinError>> {
    join_all(jobs.into_iter().map(tokio::spawn)).await
}
