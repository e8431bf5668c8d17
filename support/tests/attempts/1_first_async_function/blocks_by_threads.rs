// expects: blocks-thread
async fn fetch(id: u32) -> String {
    println!("Fetching data{id}...");
    tokio::time::sleep(STEP).await;
    println!("Got data{id}");
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let workers: Vec<std::thread::JoinHandle<String>> = ids
        .into_iter()
        .map(|id| {
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(fetch(id))
            })
        })
        .collect();
    workers.into_iter().map(|worker| worker.join().unwrap()).collect()
}
