// A type cannot be printed until it says how.
use std::fmt::Display;
struct Page { id: u32 }
async fn show<T: Display>(value: T) {
    println!("{value}");
}
show(Page { id: 1 }).await; //~ E0277
