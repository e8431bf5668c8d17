// A semicolon is missing.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
let first = fetch(1).await //~ error
let second = fetch(2).await;
println!("{first}, {second}");
