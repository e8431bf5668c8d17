// A global that all threads may change is used without `unsafe`.
static mut COUNT: u32 = 0;
async fn count() {
    COUNT += 1; //~ E0133
}
count().await;
