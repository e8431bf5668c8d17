// expects: work-not-run
use futures::FutureExt;
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
        if self.reactor.now() < self.moment {
            self.reactor.wake_at(self.moment, context.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(())
    }
}

/// Polls `future` where it has no value yet, and keeps the value.
fn poll_into<F: Future>(future: &mut Pin<Box<F>>, value: &mut Option<F::Output>, context: &mut Context<'_>) {
    if value.is_some() {
        return;
    }
    if let Poll::Ready(output) = future.as_mut().poll(context) {
        value.replace(output);
    }
}

struct Join<A: Future, B: Future> {
    first: Pin<Box<A>>,
    second: Pin<Box<B>>,
    values: (Option<A::Output>, Option<B::Output>),
}

// The futures lie in boxes, and stay where they are when a `Join` is moved.
impl<A: Future, B: Future> Unpin for Join<A, B> {}

fn join<A: Future, B: Future>(first: A, second: B) -> Join<A, B> {
    Join { first: Box::pin(first), second: Box::pin(second), values: (None, None) }
}

impl<A: Future, B: Future> Future for Join<A, B> {
    type Output = (A::Output, B::Output);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        poll_into(&mut this.first, &mut this.values.0, context);
        poll_into(&mut this.second, &mut this.values.1, context);
        if this.values.0.is_none() || this.values.1.is_none() {
            return Poll::Pending;
        }
        // `zip` of two that are there is there, too.
        let both = this.values.0.take().zip(this.values.1.take());
        Poll::Ready(both.expect("both are there"))
    }
}

enum TwoWaits {
    Start { reactor: Reactor, step: Duration },
    First { wait: Timer, reactor: Reactor, step: Duration },
    Second { wait: Timer, reactor: Reactor, first: Duration },
    Done,
}

fn taken_apart(reactor: Reactor, step: Duration) -> TwoWaits {
    TwoWaits::Start { reactor, step }
}

impl Future for TwoWaits {
    type Output = [Duration; 2];

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<[Duration; 2]> {
        loop {
            // Take the state out, and own what is in it. Whoever returns `Pending` puts it back.
            match std::mem::replace(&mut *self, TwoWaits::Done) {
                TwoWaits::Start { reactor, step } => {
                    let wait = timer(reactor.clone(), step);
                    *self = TwoWaits::First { wait, reactor, step };
                }
                TwoWaits::First { mut wait, reactor, step } => {
                    if Pin::new(&mut wait).poll(context).is_pending() {
                        *self = TwoWaits::First { wait, reactor, step };
                        return Poll::Pending;
                    }
                    let first = reactor.now();
                    let wait = timer(reactor.clone(), step * 2);
                    *self = TwoWaits::Second { wait, reactor, first };
                }
                TwoWaits::Second { mut wait, reactor, first } => {
                    if Pin::new(&mut wait).poll(context).is_pending() {
                        *self = TwoWaits::Second { wait, reactor, first };
                        return Poll::Pending;
                    }
                    return Poll::Ready([first, reactor.now()]);
                }
                TwoWaits::Done => panic!("polled again after it was ready"),
            }
        }
    }
}

struct Task {
    future: Mutex<Option<BoxFuture<'static, ()>>>,
    queue: Sender<Arc<Task>>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let _ = self.queue.clone().send(self);
    }
}

impl Task {
    fn run(self: Arc<Self>) {
        let waker = Waker::from(self.clone());
        let taken = self.future.lock().expect("no poll panicked").take();
        let Some(mut future) = taken else { return };
        if future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
            *self.future.lock().expect("no poll panicked") = Some(future);
        }
    }
}

#[derive(Clone)]
struct Executor {
    sender: Sender<Arc<Task>>,
    queue: Arc<Mutex<Receiver<Arc<Task>>>>,
}

impl Executor {
    fn new() -> Self {
        let (sender, receiver) = mpsc::channel();
        Executor { sender, queue: Arc::new(Mutex::new(receiver)) }
    }

    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let task = Arc::new(Task { future: Mutex::new(Some(future.boxed())), queue: self.sender.clone() });
        task.wake();
    }

    fn block_on<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> T {
        let (sender, value) = mpsc::channel();
        self.spawn(async move {
            let _ = sender.send(future.await);
        });
        loop {
            // One lock for all that are ready, not one for each of them.
            let queue = self.queue.lock().expect("no poll panicked");
            let mut batch = vec![queue.recv().expect("we hold a sender")];
            batch.extend(queue.try_iter());
            drop(queue);
            for task in batch {
                task.run();
                if let Ok(value) = value.try_recv() {
                    return value;
                }
            }
        }
    }
}
