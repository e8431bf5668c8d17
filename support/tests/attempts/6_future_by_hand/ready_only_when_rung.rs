// expects: wrong-result
use futures::FutureExt;
struct AlarmState {
    completed: bool,
    waker: Option<Waker>,
}

/// The reactor wakes the alarm, and the alarm wakes the task that has polled last.
struct Alarm(Mutex<AlarmState>);

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        let mut state = self.0.lock().unwrap();
        state.completed = true;
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

struct Timer {
    reactor: Reactor,
    moment: Duration,
    alarm: Arc<Alarm>,
    started: bool,
}

fn timer(reactor: Reactor, wait: Duration) -> Timer {
    let moment = reactor.now() + wait;
    let alarm = Arc::new(Alarm(Mutex::new(AlarmState { completed: false, waker: None })));
    Timer { reactor, moment, alarm, started: false }
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        {
            let mut state = self.alarm.0.lock().unwrap();
            if state.completed {
                return Poll::Ready(());
            }
            state.waker = Some(context.waker().clone());
        }
        if !self.started {
            self.started = true;
            self.reactor.wake_at(self.moment, Waker::from(self.alarm.clone()));
        }
        Poll::Pending
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

struct Task {
    future: Mutex<Option<BoxFuture<'static, ()>>>,
    queue: Sender<Arc<Task>>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let _ = self.queue.send(self.clone());
    }
}

impl Task {
    fn run(self: Arc<Self>) {
        let waker: Waker = self.clone().into();
        let Some(mut future) = self.future.lock().unwrap().take() else { return };
        if future.poll_unpin(&mut Context::from_waker(&waker)).is_pending() {
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
        Arc::new(Task { future: Mutex::new(Some(future.boxed())), queue: self.sender.clone() }).wake();
    }

    fn block_on<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> T {
        let (tx, rx) = mpsc::channel();
        self.spawn(future.map(move |value| drop(tx.send(value))));
        loop {
            if let Ok(value) = rx.try_recv() {
                return value;
            }
            let task = self.queue.lock().unwrap().recv().unwrap();
            task.run();
        }
    }
}
