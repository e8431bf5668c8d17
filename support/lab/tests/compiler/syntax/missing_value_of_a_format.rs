// The text has a place for a second value.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
let page = fetch(1).await;
println!("{}: {}", page); //~ error
