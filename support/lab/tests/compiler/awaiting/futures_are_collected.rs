// The futures are collected, not their results.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
let pages: Vec<String> = (1..=3).map(|id| fetch(id)).collect(); //~ E0277
println!("{}", pages.join(", "));
