// expects: passed
// A channel is the queue; what is woken after the executor is gone falls away.
struct Task {
    future: Mutex<Option<BoxFuture<'static, ()>>>,
    queue: Sender<Arc<Task>>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let queue = self.queue.clone();
        drop(queue.send(self));
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
        let task = Task { future: Mutex::new(Some(Box::pin(future))), queue: self.sender.clone() };
        assert!(self.sender.send(Arc::new(task)).is_ok(), "we hold the queue");
    }

    fn block_on<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> T {
        let (sender, receiver) = mpsc::channel();
        self.spawn(async move {
            let _ = sender.send(future.await);
        });
        loop {
            let task = self.queue.lock().unwrap().recv().unwrap();
            let Some(mut future) = task.future.lock().unwrap().take() else { continue };
            let waker = Waker::from(task.clone());
            if future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                *task.future.lock().unwrap() = Some(future);
            }
            if let Ok(value) = receiver.try_recv() {
                return value;
            }
        }
    }
}
