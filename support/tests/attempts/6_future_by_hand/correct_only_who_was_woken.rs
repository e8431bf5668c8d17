// expects: passed
// A waker for each half, so that only the half that was woken is polled again.
struct Half {
    woken: AtomicBool,
    task: Mutex<Option<Waker>>,
}

impl Wake for Half {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        let task = self.task.lock().unwrap().clone();
        if let Some(task) = task {
            task.wake();
        }
    }
}

impl Half {
    fn new() -> Arc<Half> {
        Arc::new(Half { woken: AtomicBool::new(true), task: Mutex::new(None) })
    }

    fn poll<F: Future>(self: &Arc<Self>, future: &mut Pin<Box<F>>, context: &Context<'_>) -> Option<F::Output> {
        *self.task.lock().unwrap() = Some(context.waker().clone());
        if !self.woken.swap(false, Ordering::SeqCst) {
            return None;
        }
        let waker = Waker::from(self.clone());
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    }
}

fn join<A: Future, B: Future>(first: A, second: B) -> impl Future<Output = (A::Output, B::Output)> {
    let (mut first, mut second) = (Box::pin(first), Box::pin(second));
    let halves = [Half::new(), Half::new()];
    let mut values = (None, None);
    poll_fn(move |context| {
        values.0 = values.0.take().or_else(|| halves[0].poll(&mut first, context));
        values.1 = values.1.take().or_else(|| halves[1].poll(&mut second, context));
        match (values.0.take(), values.1.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            some => {
                values = some;
                Poll::Pending
            }
        }
    })
}
