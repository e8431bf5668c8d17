// A variable is misspelt.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
let response = fetch(1).await;
println!("{}", reponse.len()); //~ E0425
