// The closure for another thread is a plain one, and awaits.
use tokio::task::spawn_blocking;
use tokio::time::{sleep, Duration};
let answer = spawn_blocking(|| {
    sleep(Duration::from_millis(10)).await; //~ E0728
    42
});
println!("{}", answer.await?);
