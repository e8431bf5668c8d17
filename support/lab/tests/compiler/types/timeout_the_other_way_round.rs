// The arguments of a timeout have changed places.
use std::time::Duration;
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
let page = tokio::time::timeout(fetch(1), Duration::from_millis(10)).await; //~ E0277 E0308
println!("{page:?}");
