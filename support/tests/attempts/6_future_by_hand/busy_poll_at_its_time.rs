// expects: busy-poll
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
        if self.reactor.now() > self.moment {
            Poll::Ready(())
        } else {
            self.reactor.wake_at(self.moment, context.waker().clone());
            Poll::Pending
        }
    }
}
