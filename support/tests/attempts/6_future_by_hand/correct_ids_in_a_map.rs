// expects: passed
// Futures in a map, and a queue of their numbers.
#[derive(Clone)]
struct Executor {
    sender: Sender<u64>,
    shared: Arc<(Mutex<Receiver<u64>>, Mutex<Futures>)>,
}

#[derive(Default)]
struct Futures {
    next: u64,
    waiting: BTreeMap<u64, BoxFuture<'static, ()>>,
}

struct Number(u64, Sender<u64>);

impl Wake for Number {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.1.send(self.0).ok();
    }
}

impl Executor {
    fn new() -> Self {
        let (sender, receiver) = mpsc::channel();
        Executor { sender, shared: Arc::new((Mutex::new(receiver), Mutex::default())) }
    }

    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let mut futures = self.shared.1.lock().unwrap();
        futures.next += 1;
        let number = futures.next;
        futures.waiting.insert(number, Box::pin(future));
        self.sender.send(number).ok();
    }

    fn block_on<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> T {
        let (sender, receiver) = mpsc::channel();
        self.spawn(async move {
            sender.send(future.await).ok();
        });
        loop {
            let number = self.shared.0.lock().unwrap().recv().unwrap();
            let future = self.shared.1.lock().unwrap().waiting.remove(&number);
            let Some(mut future) = future else { continue };
            let waker = Waker::from(Arc::new(Number(number, self.sender.clone())));
            if future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                self.shared.1.lock().unwrap().waiting.insert(number, future);
            }
            if let Ok(value) = receiver.try_recv() {
                return value;
            }
        }
    }
}
