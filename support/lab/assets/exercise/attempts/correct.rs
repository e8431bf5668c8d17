// expects: passed
async fn work() -> u32 {
    tokio::time::sleep(STEP).await;
    42
}
