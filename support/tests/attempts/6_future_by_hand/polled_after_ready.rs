// expects: polled-after-ready
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
        if let Poll::Ready(value) = this.first.as_mut().poll(context) {
            this.values.0 = Some(value);
        }
        if let Poll::Ready(value) = this.second.as_mut().poll(context) {
            this.values.1 = Some(value);
        }
        match (this.values.0.take(), this.values.1.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            values => {
                this.values = values;
                Poll::Pending
            }
        }
    }
}
