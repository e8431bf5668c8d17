// A number is no duration.
use tokio::time::sleep;
println!("begin");
sleep(2).await; //~ E0308
println!("end");
