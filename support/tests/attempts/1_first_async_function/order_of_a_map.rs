// expects: order-lost
use std::collections::BTreeMap;

async fn fetch(id: u32) -> String {
    tokio::time::sleep(STEP).await;
    format!("data{id}")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    let mut set = tokio::task::JoinSet::new();
    for id in ids {
        set.spawn(async move { (id, fetch(id).await) });
    }
    let mut by_id = BTreeMap::new();
    while let Some(Ok((id, text))) = set.join_next().await {
        by_id.insert(id, text);
    }
    by_id.into_values().collect()
}
