// expects: panicked
use futures::FutureExt;
use std::sync::atomic::{AtomicBool, Ordering};

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
        let Join { first, second, values: (a, b) } = &mut *self;
        if b.is_none() {
            *b = match second.as_mut().poll(context) {
                Poll::Ready(value) => Some(value),
                Poll::Pending => None,
            };
        }
        if a.is_none() {
            *a = match first.as_mut().poll(context) {
                Poll::Ready(value) => Some(value),
                Poll::Pending => None,
            };
        }
        if a.is_some() && b.is_some() { Poll::Ready((a.take().unwrap(), b.take().unwrap())) } else { Poll::Pending }
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

enum Turn {
    Next(TwoWaits),
    End([Duration; 2]),
}

impl TwoWaits {
    /// From this state to the next one, as soon as its wait is over.
    fn turn(&mut self, context: &mut Context<'_>) -> Poll<Turn> {
        Poll::Ready(match self {
            TwoWaits::Start { reactor, step } => {
                let wait = timer(reactor.clone(), *step);
                Turn::Next(TwoWaits::First { wait, reactor: reactor.clone(), step: *step })
            }
            TwoWaits::First { wait, reactor, step } => {
                ready!(Pin::new(wait).poll(context));
                let first = reactor.now();
                let wait = timer(reactor.clone(), *step * 2);
                Turn::Next(TwoWaits::Second { wait, reactor: reactor.clone(), first })
            }
            TwoWaits::Second { wait, reactor, first } => {
                ready!(Pin::new(wait).poll(context));
                Turn::End([*first, reactor.now()])
            }
            TwoWaits::Done => panic!("polled again after it was ready"),
        })
    }
}

impl Future for TwoWaits {
    type Output = [Duration; 2];

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<[Duration; 2]> {
        let this = self.get_mut();
        loop {
            match ready!(this.turn(context)) {
                Turn::Next(next) => *this = next,
                Turn::End(times) => {
                    *this = TwoWaits::Done;
                    return Poll::Ready(times);
                }
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
    /// The future of `block_on` has ended.
    done: Arc<AtomicBool>,
}

impl Executor {
    fn new() -> Self {
        let (sender, receiver) = mpsc::channel();
        Executor { sender, queue: Arc::new(Mutex::new(receiver)), done: Arc::new(AtomicBool::new(false)) }
    }

    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let task = Arc::new(Task { future: Mutex::new(Some(future.boxed())), queue: self.sender.clone() });
        task.wake();
    }

    fn block_on<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> T {
        let (sender, value) = mpsc::channel();
        let done = self.done.clone();
        self.spawn(async move {
            let output = future.await;
            let _ = sender.send(output);
            done.store(true, Ordering::SeqCst);
        });
        while !self.done.load(Ordering::SeqCst) {
            let next = self.queue.lock().expect("no poll panicked").recv();
            next.expect("we hold a sender").run();
        }
        value.try_recv().expect("the future has left its value")
    }
}
