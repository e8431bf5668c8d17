// Futures are joined, not statements.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
let pages = tokio::join!(
    let first = fetch(1); //~ error
    let second = fetch(2);
);
