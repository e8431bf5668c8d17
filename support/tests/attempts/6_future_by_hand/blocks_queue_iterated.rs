// expects: blocks-thread
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
        if self.reactor.now() >= self.moment {
            return Poll::Ready(());
        }
        self.reactor.wake_at(self.moment, context.waker().clone());
        Poll::Pending
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
        if this.values.0.is_none() {
            if let Poll::Ready(value) = this.first.as_mut().poll(context) {
                this.values.0 = Some(value);
            }
        }
        if this.values.1.is_none() {
            if let Poll::Ready(value) = this.second.as_mut().poll(context) {
                this.values.1 = Some(value);
            }
        }
        if this.values.0.is_none() || this.values.1.is_none() {
            return Poll::Pending;
        }
        let first = this.values.0.take().unwrap();
        let second = this.values.1.take().unwrap();
        Poll::Ready((first, second))
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
            let next = match &mut *self {
                TwoWaits::Start { reactor, step } => {
                    let wait = timer(reactor.clone(), *step);
                    TwoWaits::First { wait, reactor: reactor.clone(), step: *step }
                }
                TwoWaits::First { wait, reactor, step } => {
                    if Pin::new(wait).poll(context).is_pending() {
                        return Poll::Pending;
                    }
                    let first = reactor.now();
                    TwoWaits::Second { wait: timer(reactor.clone(), *step * 2), reactor: reactor.clone(), first }
                }
                TwoWaits::Second { wait, reactor, first } => {
                    if Pin::new(wait).poll(context).is_pending() {
                        return Poll::Pending;
                    }
                    let result = [*first, reactor.now()];
                    *self = TwoWaits::Done;
                    return Poll::Ready(result);
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
        let taken = self.future.lock().unwrap().take();
        let Some(mut future) = taken else { return };
        if future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
            *self.future.lock().unwrap() = Some(future);
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
        let _ = self.sender.send(task);
    }

    fn block_on<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> T {
        let (done, result) = mpsc::channel::<T>();
        self.spawn(async move {
            let value = future.await;
            let _ = done.send(value);
        });
        for task in self.queue.lock().unwrap().iter() {
            task.run();
            if let Ok(value) = result.try_recv() {
                return value;
            }
        }
        unreachable!("we hold a sender, the queue is never closed")
    }
}
