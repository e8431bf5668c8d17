// expects: work-not-run
use futures::future::FutureExt as _;
use std::sync::mpsc::{SyncSender, sync_channel};

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
                    ready!(Pin::new(wait).poll(context));
                    let first = reactor.now();
                    TwoWaits::Second { wait: timer(reactor.clone(), *step * 2), reactor: reactor.clone(), first }
                }
                TwoWaits::Second { wait, reactor, first } => {
                    ready!(Pin::new(wait).poll(context));
                    let times = [*first, reactor.now()];
                    *self = TwoWaits::Done;
                    return Poll::Ready(times);
                }
                TwoWaits::Done => panic!("polled again after it was ready"),
            };
            *self = next;
        }
    }
}

const MAX_QUEUED_TASKS: usize = 10_000;

struct Task {
    future: Mutex<Option<BoxFuture<'static, ()>>>,
    queue: SyncSender<Arc<Task>>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        // No reason to panic
        let _ = self.queue.try_send(self.clone());
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
    sender: SyncSender<Arc<Task>>,
    queue: Arc<Mutex<Receiver<Arc<Task>>>>,
}

impl Executor {
    fn new() -> Self {
        let (sender, receiver) = sync_channel(MAX_QUEUED_TASKS);
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
            let next = self.queue.lock().expect("no poll panicked").recv();
            next.expect("we hold a sender").run();
            if let Ok(value) = value.try_recv() {
                return value;
            }
        }
    }
}
