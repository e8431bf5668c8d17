// expects: not-written
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    todo!("fetch {} users together", ids.len())
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    todo!("spawn {} jobs", jobs.len())
}
