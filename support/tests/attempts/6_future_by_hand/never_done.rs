// expects: wrong-result
use futures::FutureExt;
use std::sync::{MutexGuard, PoisonError};

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
        // What time is it, and which time do we wait for?
        let time_now: Duration = self.reactor.now();
        let time_wanted: Duration = self.moment;
        match time_now.cmp(&time_wanted) {
            std::cmp::Ordering::Less => {
                // Not yet. The reactor must have our waker, or nobody will ever poll us again.
                let my_waker: &Waker = context.waker();
                let waker_to_give_away: Waker = my_waker.clone();
                self.reactor.wake_at(time_wanted, waker_to_give_away);
                Poll::Pending
            }
            std::cmp::Ordering::Equal => Poll::Ready(()),
            std::cmp::Ordering::Greater => Poll::Ready(()),
        }
    }
}

enum Side<F: Future> {
    Running(Pin<Box<F>>),
    Finished(F::Output),
    Emptied,
}

impl<F: Future> Side<F> {
    fn new(future: F) -> Self {
        Side::Running(Box::pin(future))
    }

    /// Whether the value is there.
    fn advance(&mut self, context: &mut Context<'_>) -> bool {
        if let Side::Running(future) = self {
            match future.as_mut().poll(context) {
                Poll::Ready(value) => *self = Side::Finished(value),
                Poll::Pending => return false,
            }
        }
        true
    }

    fn value(&mut self) -> F::Output {
        match std::mem::replace(self, Side::Emptied) {
            Side::Finished(value) => value,
            _ => panic!("no value"),
        }
    }
}

struct Join<A: Future, B: Future> {
    first: Side<A>,
    second: Side<B>,
}

impl<A: Future, B: Future> Unpin for Join<A, B> {}

fn join<A: Future, B: Future>(first: A, second: B) -> Join<A, B> {
    Join { first: Side::new(first), second: Side::new(second) }
}

impl<A: Future, B: Future> Future for Join<A, B> {
    type Output = (A::Output, B::Output);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        // `&`, not `&&`: both have to be polled.
        if this.first.advance(context) & this.second.advance(context) {
            Poll::Ready((this.first.value(), this.second.value()))
        } else {
            Poll::Pending
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
                    let wait = timer(reactor.clone(), *step * 2);
                    TwoWaits::Second { wait, reactor: reactor.clone(), first }
                }
                TwoWaits::Second { wait, reactor, first } => {
                    ready!(Pin::new(wait).poll(context));
                    return Poll::Ready([*first, reactor.now()]);
                }
                TwoWaits::Done => panic!("polled again after it was ready"),
            };
            *self = next;
        }
    }
}

/// A lock, even where somebody has panicked with it.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Task {
    future: Mutex<Option<BoxFuture<'static, ()>>>,
    queue: Sender<Arc<Task>>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.queue.send(Arc::clone(self)).is_err() {
            // The executor is gone: there is nobody left to run the task, and nothing to be done.
        }
    }
}

impl Task {
    fn run(self: Arc<Self>) {
        let waker = Waker::from(Arc::clone(&self));
        let taken = locked(&self.future).take();
        let Some(mut future) = taken else {
            return; // woken after the end, or more often than needed
        };
        let mut context = Context::from_waker(&waker);
        match future.as_mut().poll(&mut context) {
            Poll::Ready(()) => drop(future),
            Poll::Pending => {
                let before = locked(&self.future).replace(future);
                debug_assert!(before.is_none(), "only one future for each task");
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

    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let future = Mutex::new(Some(future.boxed()));
        let task = Arc::new(Task { future, queue: self.sender.clone() });
        assert!(self.sender.send(task).is_ok(), "we have the receiver ourselves");
    }

    fn block_on<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> T {
        let (sender, receiver) = mpsc::channel();
        self.spawn(async move {
            let value = future.await;
            drop(sender.send(value));
        });
        loop {
            let received = locked(&self.queue).recv();
            match received {
                Ok(task) => task.run(),
                Err(mpsc::RecvError) => unreachable!("we have a sender ourselves"),
            }
            match receiver.try_recv() {
                Ok(value) => return value,
                Err(mpsc::TryRecvError::Empty) => {}
                Err(mpsc::TryRecvError::Disconnected) => panic!("the task of block_on has been lost"),
            }
        }
    }
}
