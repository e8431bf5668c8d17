// expects: error-swallowed
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    let handles: Vec<_> = jobs.into_iter().map(tokio::spawn).collect();
    let mut results = Vec::with_capacity(handles.len());
    for handle in handles {
        let result = handle.await.map_err(|error| {
            let payload = error.into_panic();
            match payload.downcast_ref::<&str>() {
                Some(text) => text.to_string(),
                None => "unknown panic".to_string(),
            }
        });
        results.push(result);
    }
    results
}
