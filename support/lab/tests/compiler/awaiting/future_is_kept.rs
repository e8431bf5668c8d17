// A future is kept for a later cell, and its type has no name.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
let page = fetch(1); //~ notebook
