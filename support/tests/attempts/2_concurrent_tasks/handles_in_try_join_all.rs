// expects: handle-dropped
use futures::future::try_join_all;

async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    let handles: Vec<_> = jobs.into_iter().map(tokio::spawn).collect();
    match try_join_all(handles).await {
        Ok(texts) => texts.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(error.to_string())],
    }
}
