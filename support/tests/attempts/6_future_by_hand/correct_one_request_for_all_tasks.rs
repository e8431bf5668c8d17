// expects: passed
// The reactor is asked once; what it wakes knows who polled last.
#[derive(Default)]
struct Latest(Mutex<Option<Waker>>);

impl Wake for Latest {
    fn wake(self: Arc<Self>) {
        if let Some(waker) = self.0.lock().unwrap().take() {
            waker.wake();
        }
    }
}

struct Timer {
    reactor: Reactor,
    moment: Duration,
    latest: Option<Arc<Latest>>,
}

fn timer(reactor: Reactor, wait: Duration) -> Timer {
    let moment = reactor.now() + wait;
    Timer { reactor, moment, latest: None }
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.reactor.now() >= self.moment {
            return Poll::Ready(());
        }
        let begun = self.latest.is_some();
        let latest = self.latest.get_or_insert_default().clone();
        *latest.0.lock().unwrap() = Some(context.waker().clone());
        if !begun {
            self.reactor.wake_at(self.moment, latest.into());
        }
        Poll::Pending
    }
}
