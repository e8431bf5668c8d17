// A counter for one thread is moved to another.
use std::rc::Rc;
let shared = Rc::new(5);
let thread = std::thread::spawn(move || { //~ E0277
    println!("{shared}");
});
thread.join().unwrap();
