// expects: polls-unwoken
use futures::future::FutureExt as _;
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
        if self.reactor.now() >= self.moment {
            return Poll::Ready(());
        }
        self.reactor.wake_at(self.moment, context.waker().clone());
        Poll::Pending
    }
}

fn join<A: Future, B: Future>(first: A, second: B) -> impl Future<Output = (A::Output, B::Output)> {
    let mut first = Box::pin(futures::future::maybe_done(first));
    let mut second = Box::pin(futures::future::maybe_done(second));
    poll_fn(move |context| {
        // `&`, not `&&`: both are polled in any case. What is done already is not polled again by `MaybeDone`.
        let done = first.as_mut().poll(context).is_ready() & second.as_mut().poll(context).is_ready();
        if !done {
            return Poll::Pending;
        }
        let values = (first.as_mut().take_output(), second.as_mut().take_output());
        match values {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            _ => unreachable!("both were done"),
        }
    })
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
            let next = match &mut *self {
                TwoWaits::Start { reactor, step } => {
                    let wait = timer(reactor.clone(), *step);
                    TwoWaits::First { wait, reactor: reactor.clone(), step: *step }
                }
                TwoWaits::First { wait, reactor, step } => {
                    if wait.poll_unpin(context).is_pending() {
                        return Poll::Pending;
                    }
                    TwoWaits::Second {
                        first: reactor.now(),
                        wait: timer(reactor.clone(), *step * 2),
                        reactor: reactor.clone(),
                    }
                }
                TwoWaits::Second { wait, reactor, first } => {
                    if wait.poll_unpin(context).is_pending() {
                        return Poll::Pending;
                    }
                    let both = [*first, reactor.now()];
                    *self = TwoWaits::Done;
                    return Poll::Ready(both);
                }
                TwoWaits::Done => panic!("polled again after it was ready"),
            };
            *self = next;
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
        // Its first poll; after that, its waker puts it into the queue.
        task.run();
    }

    fn block_on<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> T {
        let (sender, value) = mpsc::channel();
        self.spawn(async move {
            let _ = sender.send(future.await);
        });
        loop {
            if let Ok(value) = value.try_recv() {
                return value;
            }
            let next = self.queue.lock().expect("no poll panicked").recv();
            next.expect("we hold a sender").run();
        }
    }
}
