// A macro is misspelt.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
prinltn!("{}", fetch(1).await); //~ error
