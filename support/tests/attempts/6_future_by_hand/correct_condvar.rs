// expects: passed
struct Task {
    future: Mutex<Option<BoxFuture<'static, ()>>>,
    queue: Arc<Queue>,
}

#[derive(Default)]
struct Queue {
    tasks: Mutex<VecDeque<Arc<Task>>>,
    filled: Condvar,
}

impl Queue {
    fn push(&self, task: Arc<Task>) {
        self.tasks.lock().unwrap().push_back(task);
        self.filled.notify_one();
    }

    fn pop(&self) -> Arc<Task> {
        let tasks = self.tasks.lock().unwrap();
        let mut tasks = self.filled.wait_while(tasks, |tasks| tasks.is_empty()).unwrap();
        tasks.pop_front().expect("it is not empty")
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.queue.clone().push(self);
    }
}

#[derive(Clone, Default)]
struct Executor {
    queue: Arc<Queue>,
}

impl Executor {
    fn new() -> Self {
        Executor::default()
    }

    fn spawn(&self, future: BoxFuture<'static, ()>) {
        let (future, queue) = (Mutex::new(Some(future)), self.queue.clone());
        self.queue.push(Arc::new(Task { future, queue }));
    }

    fn block_on<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> T {
        let (sender, receiver) = mpsc::channel();
        self.spawn(Box::pin(async move {
            let _ = sender.send(future.await);
        }));
        loop {
            let task = self.queue.pop();
            let waker = Waker::from(task.clone());
            // The lock of this one task is held while it is polled: nobody else wants it.
            let mut place = task.future.lock().unwrap();
            if let Some(future) = place.as_mut() {
                if future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                    *place = None;
                }
            }
            drop(place);
            if let Ok(value) = receiver.try_recv() {
                return value;
            }
        }
    }
}
