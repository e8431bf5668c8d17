// expects: never-ends
struct Timer {
    reactor: Reactor,
    wait: Duration,
}

fn timer(reactor: Reactor, wait: Duration) -> Timer {
    Timer { reactor, wait }
}

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // Each poll begins to wait anew.
        let moment = self.reactor.now() + self.wait;
        if self.reactor.now() >= moment {
            return Poll::Ready(());
        }
        self.reactor.wake_at(moment, context.waker().clone());
        Poll::Pending
    }
}
