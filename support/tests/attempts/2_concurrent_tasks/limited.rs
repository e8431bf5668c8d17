// expects: limited
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    let spawned = stream::iter(jobs).map(async |job| tokio::spawn(job).await.map_err(|error| error.to_string()));
    spawned.buffered(2).collect().await
}
