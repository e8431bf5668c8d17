// The branches of a condition are of two types.
async fn status(code: u16) -> String {
    tokio::task::yield_now().await;
    if code == 200 { "ok".to_string() } else { code } //~ E0308
}
println!("{}", status(404).await);
