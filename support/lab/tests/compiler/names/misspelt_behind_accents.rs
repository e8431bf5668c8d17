// A variable is misspelt, in a line whose letters are not all of one byte.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
let café = fetch(1).await;
println!("☕ à la carte: {}", cafe.len()); //~ E0425
