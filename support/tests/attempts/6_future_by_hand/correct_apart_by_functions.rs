// expects: passed
// A struct with optional fields in the place of an enum.
struct Apart {
    reactor: Reactor,
    step: Duration,
    wait: Option<Timer>,
    first: Option<Duration>,
}

fn taken_apart(reactor: Reactor, step: Duration) -> Apart {
    Apart { reactor, step, wait: None, first: None }
}

impl Future for Apart {
    type Output = [Duration; 2];

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<[Duration; 2]> {
        loop {
            let this = &mut *self;
            let steps = if this.first.is_none() { 1 } else { 2 };
            let wait = this.wait.get_or_insert_with(|| timer(this.reactor.clone(), this.step * steps));
            ready!(Pin::new(wait).poll(context));
            this.wait = None;
            match this.first {
                None => this.first = Some(this.reactor.now()),
                Some(first) => return Poll::Ready([first, this.reactor.now()]),
            }
        }
    }
}
