// expects: busy-poll
enum TwoWaits {
    Start(Reactor, Duration),
    First(Timer, Reactor, Duration),
    Second(Timer, Reactor, Duration),
}

fn taken_apart(reactor: Reactor, step: Duration) -> TwoWaits {
    TwoWaits::Start(reactor, step)
}

impl Future for TwoWaits {
    type Output = [Duration; 2];

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<[Duration; 2]> {
        // The same, mended by a wake: one poll more than the `async fn` has, for each state.
        let next = match &mut *self {
            TwoWaits::Start(reactor, step) => TwoWaits::First(timer(reactor.clone(), *step), reactor.clone(), *step),
            TwoWaits::First(wait, reactor, step) => {
                ready!(Pin::new(wait).poll(context));
                TwoWaits::Second(timer(reactor.clone(), *step * 2), reactor.clone(), reactor.now())
            }
            TwoWaits::Second(wait, reactor, first) => {
                ready!(Pin::new(wait).poll(context));
                return Poll::Ready([*first, reactor.now()]);
            }
        };
        *self = next;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
