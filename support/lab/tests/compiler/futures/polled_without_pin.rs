// A future is polled by hand before it is pinned.
use std::future::Future;
use std::task::{Context, Poll, Waker};
async fn answer() -> u32 { 42 }
let mut context = Context::from_waker(Waker::noop());
let mut future = answer();
match future.poll(&mut context) { //~ E0599
    Poll::Ready(value) => println!("{value}"),
    Poll::Pending => println!("not yet"),
}
