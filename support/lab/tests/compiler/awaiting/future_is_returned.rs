// An async function returns another's future instead of its result.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
async fn first() -> String {
    fetch(1) //~ E0308
}
println!("{}", first().await);
