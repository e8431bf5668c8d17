// expects: starves-one
struct Shared {
    tasks: Mutex<VecDeque<Arc<Task>>>,
    sleeper: Mutex<Option<Thread>>,
}

struct Task {
    future: Mutex<Option<BoxFuture<'static, ()>>>,
    queued: AtomicBool,
    shared: Arc<Shared>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        if self.queued.swap(true, Ordering::SeqCst) {
            return;
        }
        let shared = self.shared.clone();
        shared.tasks.lock().unwrap().push_back(self);
        if let Some(thread) = &*shared.sleeper.lock().unwrap() {
            thread.unpark();
        }
    }
}

impl Task {
    fn run(self: &Arc<Self>) {
        let taken = self.future.lock().unwrap().take();
        if let Some(mut future) = taken {
            let waker = Waker::from(self.clone());
            if future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                *self.future.lock().unwrap() = Some(future);
            }
        }
    }
}

#[derive(Clone)]
struct Executor(Arc<Shared>);

impl Executor {
    fn new() -> Self {
        let shared = Shared { tasks: Mutex::default(), sleeper: Mutex::default() };
        Executor(Arc::new(shared))
    }

    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let task = Arc::new(Task {
            future: Mutex::new(Some(Box::pin(future))),
            queued: AtomicBool::new(false),
            shared: self.0.clone(),
        });
        task.wake();
    }

    fn block_on<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> T {
        *self.0.sleeper.lock().unwrap() = Some(thread::current());
        let (sender, receiver) = mpsc::channel();
        self.spawn(async move {
            let _ = sender.send(future.await);
        });
        loop {
            if let Ok(value) = receiver.try_recv() {
                return value;
            }
            let next = self.0.tasks.lock().unwrap().pop_front();
            match next {
                Some(task) => {
                    // As long as it wakes itself it is polled again, and nobody else is.
                    while task.queued.swap(false, Ordering::SeqCst) {
                        task.run();
                        let mut tasks = self.0.tasks.lock().unwrap();
                        tasks.retain(|other| !Arc::ptr_eq(other, &task));
                    }
                }
                None => thread::park(),
            }
        }
    }
}
