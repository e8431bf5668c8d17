// expects: blocks-thread
use std::sync::mpsc::SyncSender;

struct Task {
    future: Mutex<Option<BoxFuture<'static, ()>>>,
    queue: SyncSender<Arc<Task>>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let _ = self.queue.clone().send(self);
    }
}

impl Task {
    fn run(self: Arc<Self>) {
        let waker = Waker::from(self.clone());
        let taken = self.future.lock().expect("no poll panicked").take();
        let Some(mut future) = taken else { return };
        if future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
            *self.future.lock().expect("no poll panicked") = Some(future);
        }
    }
}

#[derive(Clone)]
struct Executor {
    sender: SyncSender<Arc<Task>>,
    queue: Arc<Mutex<Receiver<Arc<Task>>>>,
}

impl Executor {
    fn new() -> Self {
        // Backpressure: nobody shall fill the memory with tasks.
        let (sender, receiver) = mpsc::sync_channel(16);
        Executor { sender, queue: Arc::new(Mutex::new(receiver)) }
    }

    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let task = Arc::new(Task { future: Mutex::new(Some(Box::pin(future))), queue: self.sender.clone() });
        task.wake();
    }

    fn block_on<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> T {
        let (sender, value) = mpsc::channel();
        self.spawn(async move {
            let _ = sender.send(future.await);
        });
        loop {
            let next = self.queue.lock().expect("no poll panicked").recv();
            next.expect("we hold a sender").run();
            if let Ok(value) = value.try_recv() {
                return value;
            }
        }
    }
}
