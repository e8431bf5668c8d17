// What several tasks share is changed without a lock.
use std::sync::Arc;
let shared = Arc::new(vec![1]);
shared.push(2); //~ E0596
println!("{}", shared.len());
