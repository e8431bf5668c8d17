// expects: passed
struct Timer {
    reactor: Reactor,
    moment: Duration,
}

fn timer(reactor: Reactor, wait: Duration) -> Timer {
    let moment = reactor.now() + wait;
    Timer { reactor, moment }
}

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // Register first, so that the moment cannot pass between the look and the call.
        self.reactor.wake_at(self.moment, context.waker().clone());
        if self.reactor.now() < self.moment {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }
}

enum TwoWaits {
    Start { reactor: Reactor, step: Duration },
    First { wait: Timer, reactor: Reactor, step: Duration },
    Second { wait: Timer, reactor: Reactor, first: Duration },
    Done,
}

fn taken_apart(reactor: Reactor, step: Duration) -> TwoWaits {
    TwoWaits::Start { reactor, step }
}

impl Future for TwoWaits {
    type Output = [Duration; 2];

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<[Duration; 2]> {
        loop {
            let next = match &mut *self {
                TwoWaits::Start { reactor, step } => {
                    let wait = timer(reactor.clone(), *step);
                    TwoWaits::First { wait, reactor: reactor.clone(), step: *step }
                }
                TwoWaits::First { wait, reactor, step } => {
                    ready!(Pin::new(wait).poll(context));
                    let first = reactor.now();
                    let wait = timer(reactor.clone(), *step * 2);
                    TwoWaits::Second { wait, reactor: reactor.clone(), first }
                }
                TwoWaits::Second { wait, reactor, first } => {
                    ready!(Pin::new(wait).poll(context));
                    let value = [*first, reactor.now()];
                    *self = TwoWaits::Done;
                    return Poll::Ready(value);
                }
                TwoWaits::Done => panic!("polled again after it was ready"),
            };
            *self = next;
        }
    }
}
