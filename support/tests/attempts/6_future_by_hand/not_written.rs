// expects: not-written
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
        todo!("ready at {:?}, and until then {:?} is to be woken", self.moment, context.waker())
    }
}
