// A method of the result is called on the future, in a closure that cannot await.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
let bytes: usize = [1, 2].iter().map(|id| fetch(*id).len()).sum(); //~ E0599 notebook
println!("{bytes}");
