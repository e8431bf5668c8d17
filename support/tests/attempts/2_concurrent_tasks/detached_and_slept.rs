// expects: handle-dropped
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    for job in jobs {
        tokio::spawn(job);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    Vec::new()
}
