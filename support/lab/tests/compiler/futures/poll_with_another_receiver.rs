// The method of the trait is given a pinned reference.
use std::future::Future;
use std::task::{Context, Poll};
struct Ready(u32);
impl Future for Ready {
    type Output = u32;
    fn poll(&mut self, _: &mut Context<'_>) -> Poll<u32> { //~ E0053
        Poll::Ready(self.0)
    }
}
println!("{}", Ready(5).await);
