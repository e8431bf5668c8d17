// expects: stale-waker
fn join<A: Future, B: Future>(first: A, second: B) -> impl Future<Output = (A::Output, B::Output)> {
    let mut both = Box::pin(futures::future::join(first, second));
    let mut kept: Option<Waker> = None;
    poll_fn(move |context| {
        let waker = kept.get_or_insert_with(|| context.waker().clone());
        both.as_mut().poll(&mut Context::from_waker(waker))
    })
}
