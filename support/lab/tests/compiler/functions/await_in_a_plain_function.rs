// A plain function awaits.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
fn first() -> String {
    fetch(1).await //~ E0728
}
println!("{}", first());
