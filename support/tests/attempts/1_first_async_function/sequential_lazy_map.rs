// expects: sequential
async fn fetch(id: u32) -> String {
    println!("Fetching data{id}...");
    tokio::time::sleep(STEP).await;
    println!("Got data{id}");
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let handles = ids.into_iter().map(|id| tokio::spawn(fetch(id)));
    let mut results = vec![];
    for handle in handles {
        results.push(handle.await.unwrap());
    }
    results
}
