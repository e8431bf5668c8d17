// A function is not closed.
async fn fetch(id: u32) -> String { //~ error
    if id == 0 {
        return "none".to_string();
    format!("page {id}")
}
println!("{}", fetch(1).await);
