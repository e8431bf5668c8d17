// expects: polls-unwoken
// Tasks are polled when they are woken, and the future of `block_on` after each of them.
#[derive(Clone)]
struct Executor {
    sender: Sender<Option<Arc<Task>>>,
    receiver: Arc<Mutex<Receiver<Option<Arc<Task>>>>>,
}

struct Task {
    future: Mutex<Option<BoxFuture<'static, ()>>>,
    sender: Sender<Option<Arc<Task>>>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let _ = self.sender.clone().send(Some(self));
    }
}

struct Main(Sender<Option<Arc<Task>>>);

impl Wake for Main {
    fn wake(self: Arc<Self>) {
        let _ = self.0.send(None);
    }
}

impl Executor {
    fn new() -> Self {
        let (sender, receiver) = mpsc::channel();
        Executor { sender, receiver: Arc::new(Mutex::new(receiver)) }
    }

    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let task = Task { future: Mutex::new(Some(Box::pin(future))), sender: self.sender.clone() };
        let _ = self.sender.send(Some(Arc::new(task)));
    }

    fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = std::pin::pin!(future);
        let own = Waker::from(Arc::new(Main(self.sender.clone())));
        loop {
            if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&own)) {
                return value;
            }
            let next = self.receiver.lock().unwrap().recv().unwrap();
            let Some(task) = next else { continue };
            let Some(mut future) = task.future.lock().unwrap().take() else { continue };
            let waker = Waker::from(task.clone());
            if future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                *task.future.lock().unwrap() = Some(future);
            }
        }
    }
}
