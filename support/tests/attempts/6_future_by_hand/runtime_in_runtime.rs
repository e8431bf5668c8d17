// expects: runtime-in-runtime
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
        let left = self.moment - self.reactor.now();
        let _ = context;
        let nap = async move { tokio::time::sleep(left).await };
        tokio::runtime::Handle::current().block_on(nap);
        Poll::Ready(())
    }
}
