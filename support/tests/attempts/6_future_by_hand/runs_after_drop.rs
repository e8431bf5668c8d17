// expects: runs-after-drop
struct Shared {
    tasks: Mutex<VecDeque<Arc<Task>>>,
    runs: AtomicBool,
    sleeper: Mutex<Option<Thread>>,
}

struct Task {
    future: Mutex<Option<BoxFuture<'static, ()>>>,
    queued: AtomicBool,
    shared: Arc<Shared>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let shared = self.shared.clone();
        shared.tasks.lock().unwrap().push_back(self);
        shared.run();
        if let Some(thread) = &*shared.sleeper.lock().unwrap() {
            thread.unpark();
        }
    }
}

impl Shared {
    // Whoever comes first runs the queue, also where that is who wakes.
    fn run(&self) {
        while !self.tasks.lock().unwrap().is_empty() && !self.runs.swap(true, Ordering::SeqCst) {
            loop {
                let next = self.tasks.lock().unwrap().pop_front();
                let Some(task) = next else { break };
                task.run();
            }
            self.runs.store(false, Ordering::SeqCst);
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
        let shared = Shared { tasks: Mutex::default(), runs: AtomicBool::new(false), sleeper: Mutex::default() };
        Executor(Arc::new(shared))
    }

    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let task = Arc::new(Task {
            future: Mutex::new(Some(Box::pin(future))),
            queued: AtomicBool::new(false),
            shared: self.0.clone(),
        });
        self.0.tasks.lock().unwrap().push_back(task);
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
            self.0.run();
            if let Ok(value) = receiver.try_recv() {
                return value;
            }
            thread::park();
        }
    }
}
