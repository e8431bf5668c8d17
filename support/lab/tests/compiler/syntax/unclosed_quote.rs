// A text is not closed.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
println!("got {}, fetch(1).await); //~ E0765
