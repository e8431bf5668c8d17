// expects: busy-poll
fn join<A: Future, B: Future>(first: A, second: B) -> impl Future<Output = (A::Output, B::Output)> {
    let mut both = Box::pin(futures::future::join(first, second));
    poll_fn(move |context| {
        let poll = both.as_mut().poll(context);
        if poll.is_pending() {
            context.waker().wake_by_ref();
        }
        poll
    })
}
