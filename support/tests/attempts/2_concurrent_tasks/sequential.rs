// expects: sequential
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    let mut users = Vec::new();
    for id in ids {
        users.push(fetch_user(id).await);
    }
    users
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, tokio::task::JoinError>> {
    join_all(jobs.into_iter().map(tokio::spawn)).await
}
