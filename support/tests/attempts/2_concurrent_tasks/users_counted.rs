// expects: wrong-result
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all((0..ids.len() as u32).map(|index| fetch_user(index + 1))).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, tokio::task::JoinError>> {
    join_all(jobs.into_iter().map(tokio::spawn)).await
}
