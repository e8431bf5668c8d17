// A future is awaited twice.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
async fn both() -> (String, String) {
    let page = fetch(1);
    let first = page.await;
    let second = page.await; //~ E0382
    (first, second)
}
println!("{:?}", both().await);
