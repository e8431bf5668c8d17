// expects: never-ends
async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let waits = tokio::spawn(async {
        loop {
            tokio::time::sleep(STEP).await;
        }
    });
    let results = futures::future::join_all(ids.into_iter().map(fetch)).await;
    let () = waits.await.expect("it ends");
    results
}
