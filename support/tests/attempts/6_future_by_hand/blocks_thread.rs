// expects: blocks-thread
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
        thread::sleep(Duration::from_millis(60));
        self.reactor.wake_at(self.moment, context.waker().clone());
        if self.reactor.now() >= self.moment {
            return Poll::Ready(());
        }
        Poll::Pending
    }
}
