// expects: cancelled
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    let limited = jobs.into_iter().map(|job| tokio::spawn(tokio::time::timeout(STEP, job)));
    let ended = join_all(limited.collect::<Vec<_>>()).await;
    let flat = ended.into_iter().map(|ended| match ended {
        Ok(Ok(text)) => Ok(text),
        Ok(Err(late)) => Err(late.to_string()),
        Err(error) => Err(error.to_string()),
    });
    flat.collect()
}
