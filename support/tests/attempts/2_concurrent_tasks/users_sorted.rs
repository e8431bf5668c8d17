// expects: order-lost
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    let mut users = join_all(ids.into_iter().map(fetch_user)).await;
    users.sort_by_key(|user| user.id);
    users
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, tokio::task::JoinError>> {
    join_all(jobs.into_iter().map(tokio::spawn)).await
}
