// expects: polled-after-ready
fn join<A: Future, B: Future>(first: A, second: B) -> impl Future<Output = (A::Output, B::Output)> {
    let (mut first, mut second) = (Box::pin(first), Box::pin(second));
    poll_fn(move |context| {
        // Ready only where both are ready in the same poll.
        match (first.as_mut().poll(context), second.as_mut().poll(context)) {
            (Poll::Ready(first), Poll::Ready(second)) => Poll::Ready((first, second)),
            _ => Poll::Pending,
        }
    })
}
