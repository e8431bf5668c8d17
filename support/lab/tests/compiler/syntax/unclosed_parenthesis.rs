// A call is not closed.
use tokio::time::{sleep, Duration};
println!("begin");
sleep(Duration::from_millis(10).await; //~ error
println!("end");
