//! Runs a learner's future on a thread that is not the runtime's, in real time.
//!
//! On a runtime, a destructor that blocks on a future panics; and where it was a panic that ran the destructor, the second
//! one ends the process. Here, blocking is allowed, as it is on any thread that is nobody's: the destructor gets its way,
//! and the time that it takes for it shows.

use super::Scoped;
use super::scope::Scope;
use crate::check::observe::steadily;
use crate::check::run::{Ended, Never, Run, Stretch, measured};
use crate::database::Error;
use crate::panics::{self, Silence};
use std::future::Future;
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

/// A round trip, long enough that whoever blocks for one is seen.
pub(super) const TRIP: Duration = Duration::from_millis(30);

/// Real time in which five round trips should be done.
const PATIENCE: Duration = Duration::from_secs(4);

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs it, at most three times: what blocked each time blocks.
pub(super) fn run<W>(start: impl Fn() -> W + Clone + Send + 'static) -> Scoped
where
    W: Future<Output = Result<Scope, Error>>,
{
    let mut first = once(start.clone());
    if !matches!(first.ended, Ended::Never(_)) {
        steadily(&mut first.longest, || once(start.clone()).longest);
    }
    first
}

fn once<W>(start: impl Fn() -> W + Send + 'static) -> Scoped
where
    W: Future<Output = Result<Scope, Error>>,
{
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let _silence = Silence::new();
        let Ok(runtime) = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
        else {
            return;
        };
        let (ended, longest) = {
            let _here = runtime.enter();
            block_on(panics::catch_async(start()))
        };
        runtime.shutdown_background();
        let run = Run {
            longest,
            real: true,
            ..Run::that(crate::check::run::ended(ended))
        };
        // Nobody listens any more where patience ran out.
        let _ = sender.send(run);
    });
    receiver
        .recv_timeout(PATIENCE)
        .unwrap_or_else(|_| Run::that(Ended::Never(Never::Blocks)))
}

/// Polls a future to its end on this thread, and measures the longest poll.
fn block_on<T>(future: impl Future<Output = T>) -> (T, Stretch) {
    let mut future = Box::pin(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut longest = Stretch::default();
    loop {
        let (poll, stretch) = measured(|| future.as_mut().poll(&mut Context::from_waker(&waker)));
        if stretch.own() > longest.own() {
            longest = stretch;
        }
        match poll {
            Poll::Ready(value) => return (value, longest),
            Poll::Pending => thread::park(),
        }
    }
}
