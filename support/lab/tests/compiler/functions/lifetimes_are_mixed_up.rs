// What is returned has another lifetime than the signature says.
async fn first<'a>(a: &'a str, b: &str) -> &'a str {
    tokio::task::yield_now().await;
    if a.is_empty() { b } else { a } //~ E0621
}
println!("{}", first("tea", "coffee").await);
