// expects: passed
async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
    match ids[..] {
        [a, b, c] => {
            let (a, b, c) = tokio::join!(fetch_user(a), fetch_user(b), fetch_user(c));
            vec![a, b, c]
        }
        _ => {
            let all = ids.len().max(1);
            stream::iter(ids).map(fetch_user).buffered(all).collect().await
        }
    }
}

async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, tokio::task::JoinError>> {
    join_all(jobs.into_iter().map(tokio::spawn)).await
}
