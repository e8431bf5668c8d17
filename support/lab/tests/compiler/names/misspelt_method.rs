// A method is misspelt.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
let page = fetch(1).await;
println!("{}", page.lenght()); //~ E0599
