// expects: no-wait
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
        if this.values.0.is_none() && let Poll::Ready(value) = this.first.as_mut().poll(context) {
            this.values.0 = Some(value);
        }
        if this.values.1.is_none() && let Poll::Ready(value) = this.second.as_mut().poll(context) {
            this.values.1 = Some(value);
        }
        if this.values.0.is_none() || this.values.1.is_none() {
            return Poll::Pending;
        }
        Poll::Ready((this.values.0.take().expect("it is there"), this.values.1.take().expect("it is there")))
    }
}

// `Start` does nothing but make the first timer, so I do that in the function and save a variant.
enum TwoWaits {
    First { wait: Timer, reactor: Reactor, step: Duration },
    Second { wait: Timer, reactor: Reactor, first: Duration },
    Done,
}

fn taken_apart(reactor: Reactor, step: Duration) -> TwoWaits {
    let wait = timer(reactor.clone(), step);
    TwoWaits::First { wait, reactor, step }
}

impl Future for TwoWaits {
    type Output = [Duration; 2];

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<[Duration; 2]> {
        loop {
            let next = match &mut *self {
                TwoWaits::First { wait, reactor, step } => {
                    ready!(Pin::new(wait).poll(context));
                    let first = reactor.now();
                    let wait = timer(reactor.clone(), *step * 2);
                    TwoWaits::Second { wait, reactor: reactor.clone(), first }
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

/// A place for one value, which somebody leaves and somebody else looks for.
struct Mailbox<T>(Arc<Mutex<Option<T>>>);

impl<T> Mailbox<T> {
    fn pair() -> (Self, Self) {
        let place = Arc::new(Mutex::new(None));
        (Mailbox(place.clone()), Mailbox(place))
    }

    fn leave(&self, value: T) {
        *self.0.lock().unwrap() = Some(value);
    }

    fn look(&self) -> Option<T> {
        self.0.lock().unwrap().take()
    }
}

/// A channel whose both ends can be cloned.
struct Queue<T> {
    end: Sender<T>,
    head: Arc<Mutex<Receiver<T>>>,
}

impl<T> Clone for Queue<T> {
    fn clone(&self) -> Self {
        Queue { end: self.end.clone(), head: self.head.clone() }
    }
}

impl<T> Queue<T> {
    fn new() -> Self {
        let (end, head) = mpsc::channel();
        Queue { end, head: Arc::new(Mutex::new(head)) }
    }

    fn next(&self) -> T {
        let next = self.head.lock().unwrap().recv();
        next.expect("the queue has a sender of its own")
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
        // Nobody else needs this lock, since `wake` does not: it may be held during the poll.
        let mut future = self.future.lock().unwrap();
        let ended = match future.as_mut() {
            Some(future) => future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready(),
            None => false,
        };
        if ended {
            *future = None;
        }
    }
}

#[derive(Clone)]
struct Executor {
    queue: Queue<Arc<Task>>,
}

impl Executor {
    fn new() -> Self {
        Executor { queue: Queue::new() }
    }

    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let queue = self.queue.end.clone();
        Arc::new(Task { future: Mutex::new(Some(future.boxed())), queue }).wake();
    }

    fn block_on<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> T {
        let (mine, theirs) = Mailbox::pair();
        self.spawn(async move {
            let value = future.await;
            theirs.leave(value);
        });
        std::iter::repeat_with(|| self.queue.next())
            .find_map(|task| {
                task.run();
                mine.look()
            })
            .expect("the iterator has no end")
    }
}
