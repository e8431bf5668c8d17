// expects: order-lost
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    let mut set = JoinSet::new();
    for (place, id) in ids.into_iter().enumerate() {
        set.spawn(async move { (u32::MAX - place as u32, fetch_user(id).await) });
    }
    let users: std::collections::BTreeMap<_, _> = set.join_all().await.into_iter().collect();
    users.into_values().collect()
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, tokio::task::JoinError>> {
    join_all(jobs.into_iter().map(tokio::spawn)).await
}
