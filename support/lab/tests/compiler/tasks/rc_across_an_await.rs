// A counter for one thread is held across an await of a task.
use std::rc::Rc;
let task = tokio::spawn(async { //~ error
    let shared = Rc::new(5);
    tokio::task::yield_now().await;
    println!("{shared}");
});
task.await?;
