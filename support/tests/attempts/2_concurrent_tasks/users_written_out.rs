// expects: panicked
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    let (first, second, third) = tokio::join!(fetch_user(ids[0]), fetch_user(ids[1]), fetch_user(ids[2]));
    vec![first, second, third]
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, tokio::task::JoinError>> {
    join_all(jobs.into_iter().map(tokio::spawn)).await
}
