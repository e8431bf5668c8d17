// expects: wrong-result
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
        let now = self.reactor.now();
        if now >= self.moment {
            return Poll::Ready(());
        }
        // A moment is not a delay.
        self.reactor.wake_at(now + self.moment, context.waker().clone());
        Poll::Pending
    }
}
