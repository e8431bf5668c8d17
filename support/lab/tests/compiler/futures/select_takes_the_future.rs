// The first round of the loop takes the future.
use tokio::time::{sleep, Duration};
async fn watch() {
    let work = sleep(Duration::from_millis(30));
    loop {
        tokio::select! {
            _ = work => break, //~ E0382
            _ = sleep(Duration::from_millis(10)) => println!("still waiting"),
        }
    }
}
watch().await;
