// expects: blocks-thread
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    let handles = jobs.into_iter().map(|job| {
        tokio::spawn(async move {
            std::thread::sleep(STEP);
            job.await
        })
    });
    let ended = join_all(handles.collect::<Vec<_>>()).await;
    ended.into_iter().map(|ended| ended.map_err(|error| error.to_string())).collect()
}
