// expects: item-lost
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    let ended = join_all(jobs.into_iter().skip(1).map(tokio::spawn)).await;
    ended.into_iter().map(|ended| ended.map_err(|error| error.to_string())).collect()
}
