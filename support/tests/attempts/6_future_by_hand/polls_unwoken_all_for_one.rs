// expects: polls-unwoken
// One waker for all: whoever wakes it has every future polled.
#[derive(Clone)]
struct Executor {
    tasks: Arc<Mutex<Vec<BoxFuture<'static, ()>>>>,
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

impl Executor {
    fn new() -> Self {
        Executor { tasks: Arc::default() }
    }

    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        self.tasks.lock().unwrap().push(Box::pin(future));
    }

    fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = std::pin::pin!(future);
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
                return value;
            }
            let tasks = std::mem::take(&mut *self.tasks.lock().unwrap());
            for mut task in tasks {
                if task.as_mut().poll(&mut context).is_pending() {
                    self.tasks.lock().unwrap().push(task);
                }
            }
            thread::park();
        }
    }
}
