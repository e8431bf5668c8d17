// expects: polled-after-ready
// A task that was woken twice is twice in the queue, and its future stays where it was.
struct Task {
    future: Mutex<BoxFuture<'static, ()>>,
    queue: Sender<Arc<Task>>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let _ = self.queue.clone().send(self);
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

    // Boxed as it comes: a box of an `async fn` that was ready panics when it is polled.
    fn spawn(&self, future: BoxFuture<'static, ()>) {
        let task = Task { future: Mutex::new(future), queue: self.sender.clone() };
        let _ = self.sender.send(Arc::new(task));
    }

    fn block_on<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> T {
        let (sender, receiver) = mpsc::channel();
        self.spawn(Box::pin(async move {
            let _ = sender.send(future.await);
        }));
        loop {
            let task = self.queue.lock().unwrap().recv().unwrap();
            let waker = Waker::from(task.clone());
            let _ = task.future.lock().unwrap().as_mut().poll(&mut Context::from_waker(&waker));
            if let Ok(value) = receiver.try_recv() {
                return value;
            }
        }
    }
}
