// expects: blocks-thread
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    std::thread::sleep(STEP);
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, tokio::task::JoinError>> {
    join_all(jobs.into_iter().map(tokio::spawn)).await
}
