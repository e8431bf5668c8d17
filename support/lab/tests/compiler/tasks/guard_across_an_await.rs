// A lock of the standard library is held across an await of a task.
use std::sync::{Arc, Mutex};
use tokio::time::{sleep, Duration};
let total = Arc::new(Mutex::new(0));
let task = tokio::spawn(async move { //~ error
    let mut guard = total.lock().unwrap();
    sleep(Duration::from_millis(10)).await;
    *guard += 1;
});
task.await?;
