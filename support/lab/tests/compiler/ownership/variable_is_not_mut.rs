// A list that does not say `mut` is changed.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
let pages = Vec::new();
for id in 1..=3 {
    pages.push(fetch(id).await); //~ E0596
}
println!("{pages:?}");
