// expects: not-written
async fn work() -> u32 {
    todo!("wait for STEP, return 42")
}
