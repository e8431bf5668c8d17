// expects: cancelled
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    let handles: Vec<_> = jobs.into_iter().map(tokio::spawn).collect();
    let guarded = handles.into_iter().map(|mut handle| async move {
        match tokio::time::timeout(STEP * 5, &mut handle).await {
            Ok(Ok(text)) => Ok(text),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_elapsed) => {
                handle.abort();
                Err("timed out".to_string())
            }
        }
    });
    join_all(guarded).await
}
