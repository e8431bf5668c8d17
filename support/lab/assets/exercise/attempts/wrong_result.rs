// expects: wrong-result
async fn work() -> u32 {
    tokio::time::sleep(STEP).await;
    41
}
