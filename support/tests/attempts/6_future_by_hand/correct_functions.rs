// expects: passed
// No types of our own: `poll_fn` makes a future of a closure, and `async` does the rest.
async fn timer(reactor: Reactor, wait: Duration) {
    let moment = reactor.now() + wait;
    poll_fn(|context| {
        if reactor.now() >= moment {
            Poll::Ready(())
        } else {
            reactor.wake_at(moment, context.waker().clone());
            Poll::Pending
        }
    })
    .await
}

async fn join<A: Future, B: Future>(first: A, second: B) -> (A::Output, B::Output) {
    let (mut first, mut second) = (Box::pin(first), Box::pin(second));
    let mut values = (None, None);
    poll_fn(move |context| {
        if values.0.is_none() {
            if let Poll::Ready(value) = first.as_mut().poll(context) {
                values.0 = Some(value);
            }
        }
        if values.1.is_none() {
            if let Poll::Ready(value) = second.as_mut().poll(context) {
                values.1 = Some(value);
            }
        }
        if values.0.is_none() || values.1.is_none() {
            return Poll::Pending;
        }
        values.0.take().zip(values.1.take()).map_or(Poll::Pending, Poll::Ready)
    })
    .await
}
