// expects: loses-wakes
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

    fn poll(self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<()> {
        if self.reactor.now() < self.moment {
            self.reactor.wake_at(self.moment, ctx.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(())
    }
}

/// One of the two futures of a `Join`: whether it was woken, and the task that is woken for it.
struct Half {
    woken: AtomicBool,
    task: Mutex<Option<Waker>>,
}

impl Half {
    fn new() -> Arc<Self> {
        Arc::new(Half { woken: AtomicBool::new(true), task: Mutex::new(None) })
    }

    fn poll<F: Future>(self: &Arc<Self>, future: Pin<&mut F>, ctx: &mut Context<'_>) -> Option<F::Output> {
        *self.task.lock().unwrap() = Some(ctx.waker().clone());
        if !self.woken.load(Ordering::SeqCst) {
            return None; // Nobody has woken this one. No need to poll it.
        }
        let waker = Waker::from(self.clone());
        match future.poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => {
                self.woken.store(false, Ordering::SeqCst);
                None
            }
        }
    }
}

impl Wake for Half {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        let task = self.task.lock().unwrap().clone();
        if let Some(task) = task {
            task.wake();
        }
    }
}

struct Join<A: Future, B: Future> {
    first: Pin<Box<A>>,
    second: Pin<Box<B>>,
    values: (Option<A::Output>, Option<B::Output>),
    halves: (Arc<Half>, Arc<Half>),
}

impl<A: Future, B: Future> Unpin for Join<A, B> {}

fn join<A: Future, B: Future>(first: A, second: B) -> Join<A, B> {
    Join {
        first: Box::pin(first),
        second: Box::pin(second),
        values: (None, None),
        halves: (Half::new(), Half::new()),
    }
}

impl<A: Future, B: Future> Future for Join<A, B> {
    type Output = (A::Output, B::Output);

    fn poll(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if this.values.0.is_none() {
            this.values.0 = this.halves.0.poll(this.first.as_mut(), ctx);
        }
        if this.values.1.is_none() {
            this.values.1 = this.halves.1.poll(this.second.as_mut(), ctx);
        }
        if this.values.0.is_none() || this.values.1.is_none() {
            return Poll::Pending;
        }
        Poll::Ready((this.values.0.take().unwrap(), this.values.1.take().unwrap()))
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

    fn poll(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<[Duration; 2]> {
        loop {
            let next = match &mut *self {
                TwoWaits::Start { reactor, step } => {
                    let wait = timer(reactor.clone(), *step);
                    TwoWaits::First { wait, reactor: reactor.clone(), step: *step }
                }
                TwoWaits::First { wait, reactor, step } => {
                    ready!(Pin::new(wait).poll(ctx));
                    let first = reactor.now();
                    let wait = timer(reactor.clone(), *step * 2);
                    TwoWaits::Second { wait, reactor: reactor.clone(), first }
                }
                TwoWaits::Second { wait, reactor, first } => {
                    ready!(Pin::new(wait).poll(ctx));
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
        // I need one `Arc` for the queue, and one to reach the queue with.
        let copy_for_the_queue: Arc<Task> = Arc::clone(&self);
        match self.queue.send(copy_for_the_queue) {
            Ok(()) => {}
            Err(_) => {
                // The executor is gone, and nobody will run this task any more.
            }
        }
    }
}

impl Task {
    fn run(self: Arc<Self>) {
        let waker: Waker = Waker::from(self.clone());
        let mut ctx = Context::from_waker(&waker);

        let taken: Option<BoxFuture<'static, ()>>;
        {
            let mut guard = self.future.lock().unwrap();
            taken = guard.take();
        }

        match taken {
            None => {
                // It has ended already.
            }
            Some(mut future) => {
                let result: Poll<()> = future.as_mut().poll(&mut ctx);
                match result {
                    Poll::Ready(()) => {}
                    Poll::Pending => {
                        let mut guard = self.future.lock().unwrap();
                        *guard = Some(future);
                    }
                }
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
        let boxed: BoxFuture<'static, ()> = future.boxed();
        let task: Task = Task { future: Mutex::new(Some(boxed)), queue: self.sender.clone() };
        let task: Arc<Task> = Arc::new(task);
        self.sender.send(task).expect("we have the receiver ourselves");
    }

    fn block_on<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> T {
        let (value_sender, value_receiver) = mpsc::channel::<T>();
        let with_value = async move {
            let value: T = future.await;
            // If nobody wants the value, that is all right, too.
            let _ = value_sender.send(value);
        };
        self.spawn(with_value);

        loop {
            // Step 1: get the next task. The lock ends with this block.
            let task: Arc<Task>;
            {
                let queue = self.queue.lock().unwrap();
                task = queue.recv().unwrap();
            }
            // Step 2: poll it.
            task.run();
            // Step 3: was that the last poll of our own?
            match value_receiver.try_recv() {
                Ok(value) => return value,
                Err(_) => continue,
            }
        }
    }
}
