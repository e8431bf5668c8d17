// An async closure makes futures, and the iterator collects them.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
let pages: Vec<String> = [1, 2, 3]
    .into_iter()
    .map(async |id| fetch(id).await)
    .collect(); //~ E0277
println!("{pages:?}");
