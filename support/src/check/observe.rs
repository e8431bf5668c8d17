//! Runs a learner's future on a clock of its own, paused or real, and observes it.
//!
//! Virtual time advances only while every task waits for the clock. So three overlapping waits of a second take one
//! second of virtual time and none of ours; in sequence they take three; and a thread that is blocked takes none at all,
//! while real time passes inside one poll. That tells *sequential* from *blocked* whatever the load on the machine.

use crate::quiet::{self, Silence};
use crate::timeline::{Lane, Timeline};
use std::future::Future;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// A single poll longer than this may have been blocking.
///
/// A poll that does not block takes microseconds; only a busy machine could stretch it so far, and not three times in
/// a row (see [`observe`]).
const LONG_POLL: Duration = Duration::from_millis(20);

/// Real time after which work that has not come back is taken to never do so. It is generous on purpose: on a paused
/// clock, work that does not block takes next to nothing, and over a socket what checks ask for takes a second or two.
const PATIENCE: Duration = Duration::from_secs(10);

/// How a learner's code ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended<T> {
    /// It returned.
    Returned(T),
    /// The starter's `todo!` is still there, with its words.
    NotWritten(String),
    /// It panicked, with these words.
    Panicked(String),
    /// It did not come back.
    Never,
}

/// What was seen of one piece of a learner's code.
#[derive(Debug, Clone)]
pub(super) struct Observed<T> {
    pub(super) ended: Ended<T>,
    /// The virtual time it took.
    pub(super) waited: Duration,
    /// Whether it held its thread.
    pub(super) blocked: bool,
    /// What it did, with blocking drawn in real time.
    pub(super) lane: Option<Lane>,
}

/// Runs the future that `start` makes, on a thread, a runtime and a paused clock of its own.
///
/// Where a poll was long, the work is run again, at most twice: only what is long each time counts as blocking.
pub(super) fn observe<T, W>(
    name: &str,
    start: impl Fn() -> W + Clone + Send + 'static,
) -> Observed<T>
where
    T: Send + 'static,
    W: Future<Output = T>,
{
    let mut observed = once(name, start.clone());
    for _ in 0..2 {
        if !observed.blocked || matches!(observed.ended, Ended::Never) {
            break;
        }
        let again = once(name, start.clone());
        observed.blocked &= again.blocked;
    }
    observed
}

fn once<T, W>(name: &str, start: impl Fn() -> W + Send + 'static) -> Observed<T>
where
    T: Send + 'static,
    W: Future<Output = T>,
{
    let name = name.to_owned();
    on_a_thread(move || run(&name, start)).unwrap_or(Observed {
        ended: Ended::Never,
        waited: Duration::ZERO,
        blocked: true,
        lane: None,
    })
}

/// Runs a future in real time, on a thread and a runtime of its own: for what waits for sockets and not for a clock.
pub(super) fn live<T, W>(start: impl FnOnce() -> W + Send + 'static) -> Ended<T>
where
    T: Send + 'static,
    W: Future<Output = T>,
{
    on_a_thread(move || {
        let runtime = runtime(false);
        let outcome = runtime.block_on(quiet::catch_async(async { start().await }));
        runtime.shutdown_background();
        ended(outcome)
    })
    .unwrap_or(Ended::Never)
}

/// Runs `work` on a thread of its own, its panics unreported; nothing where it does not come back.
fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, receiver) = mpsc::channel();
    // The thread is not joined: one that never comes back would take the learner's kernel with it.
    thread::spawn(move || {
        let _silence = Silence::new();
        // Nobody listens any more where patience ran out.
        let _ = sender.send(work());
    });
    receiver.recv_timeout(PATIENCE).ok()
}

fn runtime(paused: bool) -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(paused)
        .build()
        .expect("a runtime without worker threads needs nothing that could be missing")
}

pub(super) fn ended<T>(outcome: Result<T, quiet::Payload>) -> Ended<T> {
    match outcome {
        Ok(value) => Ended::Returned(value),
        Err(payload) => match quiet::not_written(&*payload) {
            Some(task) => Ended::NotWritten(task),
            None => Ended::Panicked(quiet::message(&*payload)),
        },
    }
}

fn run<T, W: Future<Output = T>>(name: &str, start: impl Fn() -> W) -> Observed<T> {
    let runtime = runtime(true);
    let timeline = Timeline::on_paused_clock();
    let (outcome, waited) = runtime.block_on(async {
        let started = tokio::time::Instant::now();
        let outcome = quiet::catch_async(timeline.watch(name, async { start().await })).await;
        (outcome, started.elapsed())
    });
    // What the learner's code left running on other threads is not waited for.
    runtime.shutdown_background();
    let lane = timeline.lanes().into_iter().next();
    Observed {
        ended: ended(outcome),
        waited,
        blocked: lane
            .as_ref()
            .is_some_and(|lane| lane.longest_poll() >= LONG_POLL),
        lane,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_millis(200);

    #[test]
    fn a_wait_takes_virtual_time_only() {
        let observed = observe("wait", || tokio::time::sleep(STEP * 1000));
        assert_eq!(observed.ended, Ended::Returned(()));
        assert!(observed.waited >= STEP * 1000 && !observed.blocked);
    }

    #[test]
    fn a_blocked_thread_takes_real_time_only() {
        let observed = observe("block", || async { thread::sleep(LONG_POLL * 2) });
        assert!(observed.blocked);
        assert_eq!(observed.waited, Duration::ZERO);
    }

    #[test]
    fn a_poll_that_was_long_once_is_not_blocking() {
        use std::sync::Arc;
        use std::sync::atomic::{AtomicUsize, Ordering};
        let runs = Arc::new(AtomicUsize::new(0));
        let observed = observe("unlucky", move || {
            let first = runs.fetch_add(1, Ordering::Relaxed) == 0;
            async move {
                if first {
                    thread::sleep(LONG_POLL * 2);
                }
            }
        });
        assert!(!observed.blocked);
    }

    #[test]
    fn a_panic_is_told_from_a_todo() {
        let boom = observe("boom", || async { panic!("boom") as () });
        assert_eq!(boom.ended, Ended::Panicked("boom".to_owned()));
        let todo = observe("todo", || async {
            panic!("not yet implemented: wait") as ()
        });
        assert_eq!(todo.ended, Ended::NotWritten("wait".to_owned()));
    }
}
