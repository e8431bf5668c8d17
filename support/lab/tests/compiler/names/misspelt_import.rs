// What is imported is misspelt.
use tokio::time::{slep, Duration}; //~ E0432
let pause = Duration::from_millis(10);
slep(pause).await;
println!("waited");
