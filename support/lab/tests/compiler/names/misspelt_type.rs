// A type is misspelt.
async fn fetch(id: u32) -> Sting { //~ E0425
    format!("page {id}")
}
println!("{}", fetch(1).await);
