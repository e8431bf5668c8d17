// A plain closure awaits.
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
let ids = vec![1, 2, 3];
let pages: Vec<String> = ids.into_iter().map(|id| fetch(id).await).collect(); //~ E0728
println!("{pages:?}");
