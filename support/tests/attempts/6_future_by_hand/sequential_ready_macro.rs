// expects: sequential
struct Join<A: Future, B: Future> {
    first: Pin<Box<A>>,
    second: Pin<Box<B>>,
    values: (Option<A::Output>, Option<B::Output>),
}

impl<A: Future, B: Future> Unpin for Join<A, B> {}

fn join<A: Future, B: Future>(first: A, second: B) -> Join<A, B> {
    Join { first: Box::pin(first), second: Box::pin(second), values: (None, None) }
}

impl<A: Future, B: Future> Future for Join<A, B> {
    type Output = (A::Output, B::Output);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if this.values.0.is_none() {
            this.values.0 = Some(ready!(this.first.as_mut().poll(context)));
        }
        let second = ready!(this.second.as_mut().poll(context));
        Poll::Ready((this.values.0.take().expect("it is kept"), second))
    }
}
