// expects: passed
struct Timer {
    reactor: Reactor,
    wait: Duration,
    moment: Option<Duration>,
}

fn timer(reactor: Reactor, wait: Duration) -> Timer {
    Timer { reactor, wait, moment: None }
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let now = self.reactor.now();
        let wait = self.wait;
        let moment = *self.moment.get_or_insert(now + wait);
        if now < moment {
            self.reactor.wake_at(moment, context.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(())
    }
}
