// expects: no-wait
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
                    let due = wait.moment;
                    ready!(Pin::new(wait).poll(context));
                    // The first wait ends at its moment, and the second one follows it.
                    TwoWaits::Second {
                        wait: Timer { reactor: reactor.clone(), moment: due + *step * 2 },
                        reactor: reactor.clone(),
                        first: due,
                    }
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
