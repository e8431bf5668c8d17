// A method of the result is called on the future.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
let page = fetch(1);
println!("{} bytes", page.len()); //~ E0599 notebook
