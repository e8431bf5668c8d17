// expects: passed
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, tokio::task::JoinError>> {
    let handles = jobs.into_iter().map(|job| {
        let runtime = tokio::runtime::Handle::current();
        tokio::spawn(async move { tokio::task::block_in_place(|| runtime.block_on(job)) })
    });
    join_all(handles.collect::<Vec<_>>()).await
}
