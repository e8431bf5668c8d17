// expects: stale-waker
struct Timer {
    reactor: Reactor,
    moment: Duration,
    asked: bool,
}

fn timer(reactor: Reactor, wait: Duration) -> Timer {
    let moment = reactor.now() + wait;
    Timer { reactor, moment, asked: false }
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.reactor.now() >= self.moment {
            return Poll::Ready(());
        }
        if !self.asked {
            self.asked = true;
            self.reactor.wake_at(self.moment, context.waker().clone());
        }
        Poll::Pending
    }
}
