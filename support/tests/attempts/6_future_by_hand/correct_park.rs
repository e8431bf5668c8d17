// expects: passed
// Tasks are woken once until they run, and the thread that sleeps is unparked.
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

#[derive(Clone)]
struct Executor(Arc<Shared>);

impl Executor {
    fn new() -> Self {
        let shared = Shared { tasks: Mutex::default(), sleeper: Mutex::default() };
        Executor(Arc::new(shared))
    }

    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let task = Task {
            future: Mutex::new(Some(Box::pin(future))),
            queued: AtomicBool::new(false),
            shared: self.0.clone(),
        };
        Arc::new(task).wake();
    }

    fn block_on<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> T {
        *self.0.sleeper.lock().unwrap() = Some(thread::current());
        let result = Arc::new(Mutex::new(None));
        let place = result.clone();
        self.spawn(async move {
            let value = future.await;
            *place.lock().unwrap() = Some(value);
        });
        loop {
            if let Some(value) = result.lock().unwrap().take() {
                return value;
            }
            let next = self.0.tasks.lock().unwrap().pop_front();
            let Some(task) = next else {
                thread::park();
                continue;
            };
            task.queued.store(false, Ordering::SeqCst);
            let taken = task.future.lock().unwrap().take();
            if let Some(mut future) = taken {
                let waker = Waker::from(task.clone());
                if future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                    *task.future.lock().unwrap() = Some(future);
                }
            }
        }
    }
}
