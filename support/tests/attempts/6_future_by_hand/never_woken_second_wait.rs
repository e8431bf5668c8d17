// expects: never-woken
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
        // One state further in each poll: the new timer is made, and never polled.
        let next = match &mut *self {
            TwoWaits::Start(reactor, step) => {
                let mut wait = timer(reactor.clone(), *step);
                let _ = Pin::new(&mut wait).poll(context);
                TwoWaits::First(wait, reactor.clone(), *step)
            }
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
        Poll::Pending
    }
}
