// expects: not-written
async fn fetch(id: u32) -> String {
    todo!("wait for STEP, return `data{id}`")
}

async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
    todo!("await {} fetches together", ids.len())
}
