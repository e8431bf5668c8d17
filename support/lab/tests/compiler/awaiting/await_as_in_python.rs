// The await stands before the future, as in Python.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
let page = await fetch(1); //~ error
println!("{page}");
