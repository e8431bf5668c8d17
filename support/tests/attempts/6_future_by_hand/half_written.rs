// expects: not-written
fn taken_apart(reactor: Reactor, step: Duration) -> TwoWaits {
    todo!("take `two_waits` apart, on {reactor:?}, by steps of {step:?}")
}

#[derive(Clone)]
struct Executor;

impl Executor {
    fn new() -> Self {
        todo!("make a queue")
    }

    fn spawn(&self, _future: impl Future<Output = ()> + Send + 'static) {
        todo!("put a task into the queue")
    }

    fn block_on<T>(&self, _future: impl Future<Output = T> + Send + 'static) -> T {
        todo!("run the queue")
    }
}
