// expects: order-lost
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    let mut set = JoinSet::new();
    for id in ids {
        set.spawn(fetch_user(id));
    }
    set.join_all().await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, tokio::task::JoinError>> {
    join_all(jobs.into_iter().map(tokio::spawn)).await
}
