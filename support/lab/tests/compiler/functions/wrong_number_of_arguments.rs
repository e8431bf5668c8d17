// The duration is forgotten.
use tokio::time::timeout;
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
let page = timeout(fetch(1)).await?; //~ E0061
println!("{page}");
