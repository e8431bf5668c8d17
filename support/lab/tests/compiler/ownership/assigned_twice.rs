// A number that does not say `mut` is changed.
use tokio::time::{sleep, Duration};
let rounds = 0;
while rounds < 3 {
    sleep(Duration::from_millis(1)).await;
    rounds += 1; //~ E0384
}
