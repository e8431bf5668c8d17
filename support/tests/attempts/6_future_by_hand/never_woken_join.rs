// expects: never-woken
fn join<A: Future, B: Future>(first: A, second: B) -> impl Future<Output = (A::Output, B::Output)> {
    let mut both = Box::pin(futures::future::join(first, second));
    poll_fn(move |_context| both.as_mut().poll(&mut Context::from_waker(Waker::noop())))
}
