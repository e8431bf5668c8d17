// expects: panicked
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    let ended = join_all(jobs.into_iter().map(tokio::spawn)).await;
    ended.into_iter().map(|ended| Ok(ended.unwrap())).collect()
}
