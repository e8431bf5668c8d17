// A future is printed in place of its result.
use tokio::time::{sleep, Duration};
async fn fetch(id: u32) -> String {
    sleep(Duration::from_millis(10)).await;
    format!("page {id}")
}
println!("{}", fetch(1)); //~ E0277
