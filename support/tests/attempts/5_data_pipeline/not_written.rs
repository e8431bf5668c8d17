// expects: not-written
async fn pipeline(given: Given) -> Vec<Result<u32, Failed>> {
    todo!("fetch, process and save {} items", given.urls.len())
}
