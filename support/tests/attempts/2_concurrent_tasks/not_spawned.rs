// expects: not-spawned
use futures::FutureExt;

async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    join_all(ids.into_iter().map(fetch_user)).await
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    let caught = jobs.into_iter().map(|job| async {
        let outcome = std::panic::AssertUnwindSafe(job).catch_unwind().await;
        outcome.map_err(|payload| (*payload.downcast_ref::<&str>().unwrap_or(&"a panic")).to_owned())
    });
    join_all(caught).await
}
