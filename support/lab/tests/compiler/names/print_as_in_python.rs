// Printing is a macro, and its name ends in an exclamation mark.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
let page = fetch(1).await;
println("{}", page); //~ E0423
