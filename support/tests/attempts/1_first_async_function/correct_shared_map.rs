// expects: passed
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

async fn fetch(id: u32) -> String {
    let text = format!("data{id}");
    println!("Fetching {text}...");
    tokio::time::sleep(STEP).await;
    println!("Got {text}");
    text
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let found = Arc::new(Mutex::new(BTreeMap::new()));
    let tasks: Vec<_> = ids
        .into_iter()
        .enumerate()
        .map(|(place, id)| {
            let found = Arc::clone(&found);
            tokio::spawn(async move {
                let text = fetch(id).await;
                found.lock().unwrap().insert(place, text);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let found = std::mem::take(&mut *found.lock().unwrap());
    found.into_values().collect()
}
