// A comma between two arguments is missing.
use tokio::time::{timeout, Duration};
async fn fetch(id: u32) -> String {
    format!("page {id}")
}
let page = timeout(Duration::from_secs(1) fetch(1)).await?; //~ error
println!("{page}");
