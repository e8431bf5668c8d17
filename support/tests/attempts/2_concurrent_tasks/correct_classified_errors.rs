// expects: passed
use futures::stream::{FuturesOrdered, StreamExt};
use tokio::task::JoinError;

async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    let expected = ids.len();
    let users = join_all(ids.into_iter().map(fetch_user)).await;
    debug_assert_eq!(users.len(), expected);
    users
}

fn describe(error: JoinError) -> String {
    if error.is_cancelled() {
        println!("warning: a job was cancelled, which nobody should do");
    }
    error.to_string()
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>> {
    let mut queue = FuturesOrdered::new();
    for job in jobs {
        queue.push_back(tokio::spawn(job));
    }
    let mut results = Vec::with_capacity(queue.len());
    while let Some(outcome) = queue.next().await {
        if let Err(error) = &outcome {
            println!("warning: {error}");
        }
        results.push(outcome.map_err(describe));
    }
    results
}
