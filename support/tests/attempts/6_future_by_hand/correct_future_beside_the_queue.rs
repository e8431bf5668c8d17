// expects: passed
// The future of `block_on` is no task: it is polled where it lies, when its own waker says so.
struct Main {
    woken: AtomicBool,
    sender: Sender<Option<Arc<Task>>>,
}

impl Wake for Main {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        let _ = self.sender.send(None);
    }
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

#[derive(Clone)]
struct Executor {
    sender: Sender<Option<Arc<Task>>>,
    receiver: Arc<Mutex<Receiver<Option<Arc<Task>>>>>,
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
        let main = Arc::new(Main { woken: AtomicBool::new(true), sender: self.sender.clone() });
        let own = Waker::from(main.clone());
        loop {
            if main.woken.swap(false, Ordering::SeqCst) {
                if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&own)) {
                    return value;
                }
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
