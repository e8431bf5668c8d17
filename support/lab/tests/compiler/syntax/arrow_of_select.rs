// The arrow of a branch has one line, not two.
use tokio::time::{sleep, Duration};
tokio::select! {
    _ = sleep(Duration::from_millis(10)) -> println!("ten"), //~ error
    _ = sleep(Duration::from_millis(20)) -> println!("twenty"),
}
