// expects: passed
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    match ids[..] {
        [] => vec![],
        [only] => vec![fetch(only).await],
        [first, ref rest @ ..] => {
            let (first, rest) = tokio::join!(fetch(first), Box::pin(fetch_all(rest.to_vec())));
            [vec![first], rest].concat()
        }
    }
}
