// Seconds are whole numbers here.
use tokio::time::{sleep, Duration};
let pause = Duration::from_secs(0.5); //~ E0308
sleep(pause).await;
println!("waited");
