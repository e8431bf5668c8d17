// expects: wrong-result
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
        // What time is it for the reactor?
        let now: Duration = self.reactor.now();
        let is_over: bool = now >= self.moment;
        if is_over {
            return Poll::Ready(());
        } else {
            // Not yet: the reactor must wake whoever polls us this time.
            let waker: Waker = context.waker().clone();
            self.reactor.wake_at(self.moment, waker);
            return Poll::Pending;
        }
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
        if this.values.0.is_none() && let Poll::Ready(value) = this.first.as_mut().poll(context) {
            this.values.0 = Some(value);
        }
        if this.values.1.is_none() && let Poll::Ready(value) = this.second.as_mut().poll(context) {
            this.values.1 = Some(value);
        }
        match (this.values.0.is_some(), this.values.1.is_some()) {
            (true, true) => Poll::Ready((this.values.0.take().unwrap(), this.values.1.take().unwrap())),
            _ => Poll::Pending,
        }
    }
}

enum TwoWaits {
    Start { reactor: Reactor, step: Duration },
    First { wait: Timer, reactor: Reactor, step: Duration, begun: Duration },
    Second { wait: Timer, reactor: Reactor, first: Duration, begun: Duration },
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
                    let begun = reactor.now();
                    let wait = timer(reactor.clone(), *step);
                    TwoWaits::First { wait, reactor: reactor.clone(), step: *step, begun }
                }
                TwoWaits::First { wait, reactor, step, begun } => {
                    ready!(Pin::new(wait).poll(context));
                    let first = reactor.now() - *begun;
                    let wait = timer(reactor.clone(), *step * 2);
                    TwoWaits::Second { wait, reactor: reactor.clone(), first, begun: *begun }
                }
                TwoWaits::Second { wait, reactor, first, begun } => {
                    ready!(Pin::new(wait).poll(context));
                    let times = [*first, reactor.now() - *begun];
                    *self = TwoWaits::Done;
                    return Poll::Ready(times);
                }
                TwoWaits::Done => panic!("polled again after it was ready"),
            };
            *self = next;
        }
    }
}

/// A task does not know where it is put when it is woken: that is in `enqueue`.
struct Task {
    future: Mutex<Option<BoxFuture<'static, ()>>>,
    enqueue: Box<dyn Fn(Arc<Task>) + Send + Sync>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let same = self.clone();
        (self.enqueue)(same);
    }
}

impl Task {
    fn run(self: Arc<Self>) {
        let taken = self.future.lock().expect("no poll panicked").take();
        if let Some(mut future) = taken {
            let waker = Waker::from(self.clone());
            let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
            if polled == Poll::Pending {
                *self.future.lock().expect("no poll panicked") = Some(future);
            }
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

    /// The next task; sleeps until there is one. The lock is gone when this returns.
    fn next_task(&self) -> Arc<Task> {
        let queue = self.queue.lock().expect("no poll panicked");
        queue.recv().expect("we hold a sender")
    }

    /// Runs tasks until `value` finds something.
    fn run_until<T>(&self, mut value: impl FnMut() -> Option<T>) -> T {
        loop {
            self.next_task().run();
            if let Some(value) = value() {
                return value;
            }
        }
    }

    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let sender = self.sender.clone();
        let enqueue = Box::new(move |task: Arc<Task>| {
            let _ = sender.send(task);
        });
        let task = Arc::new(Task { future: Mutex::new(Some(future.boxed())), enqueue });
        task.wake();
    }

    fn block_on<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> T {
        let (sender, receiver) = mpsc::channel();
        self.spawn(async move {
            let value = future.await;
            let _ = sender.send(value);
        });
        self.run_until(|| receiver.try_recv().ok())
    }
}
