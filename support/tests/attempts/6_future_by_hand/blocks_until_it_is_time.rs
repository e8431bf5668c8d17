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
        while self.reactor.now() < self.moment {
            thread::sleep(Duration::from_millis(1));
        }
        let _ = context;
        Poll::Ready(())
    }
}
