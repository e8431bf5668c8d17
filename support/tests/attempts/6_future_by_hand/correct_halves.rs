// expects: passed
// Each half is an enum of its own, as `MaybeDone` of the crate futures is.
enum Half<F: Future> {
    Waits(F),
    Ready(Option<F::Output>),
}

impl<F: Future + Unpin> Half<F> {
    fn is_ready(&mut self, context: &mut Context<'_>) -> bool {
        if let Half::Waits(future) = self {
            match Pin::new(future).poll(context) {
                Poll::Ready(value) => *self = Half::Ready(Some(value)),
                Poll::Pending => return false,
            }
        }
        true
    }

    fn take(&mut self) -> Option<F::Output> {
        match self {
            Half::Waits(_) => None,
            Half::Ready(value) => value.take(),
        }
    }
}

struct Join<A: Future, B: Future>(Half<A>, Half<B>);

impl<A: Future, B: Future> Unpin for Join<A, B> {}

fn join<A: Future + Unpin, B: Future + Unpin>(first: A, second: B) -> Join<A, B> {
    Join(Half::Waits(first), Half::Waits(second))
}

impl<A: Future + Unpin, B: Future + Unpin> Future for Join<A, B> {
    type Output = (A::Output, B::Output);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let ready = [self.0.is_ready(context), self.1.is_ready(context)];
        if ready != [true; 2] {
            return Poll::Pending;
        }
        match (self.0.take(), self.1.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            _ => panic!("polled after it was ready"),
        }
    }
}
