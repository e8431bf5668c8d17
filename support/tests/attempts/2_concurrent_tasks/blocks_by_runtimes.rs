// expects: blocks-thread
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    let threads: Vec<_> = jobs
        .into_iter()
        .map(|job| {
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
                runtime.block_on(async { tokio::spawn(job).await.map_err(|error| error.to_string()) })
            })
        })
        .collect();
    threads.into_iter().map(|thread| thread.join().expect("it returns")).collect()
}
