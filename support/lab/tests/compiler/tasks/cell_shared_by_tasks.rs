// A cell for one thread is shared between tasks.
use std::cell::RefCell;
use std::sync::Arc;
let total = Arc::new(RefCell::new(0));
let also = Arc::clone(&total);
let task = tokio::spawn(async move { //~ error
    *also.borrow_mut() += 1;
});
task.await?;
