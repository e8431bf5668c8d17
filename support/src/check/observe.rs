//! Runs a learner's code as often, and on such clocks, as it takes to say what it does.

use super::run::{Clock, Ended, Run, Stretch, run};
use std::future::Future;

/// Runs the future that `start` makes on a clock that only waiting moves.
///
/// Where a runtime with one thread and such a clock cannot tell, since the code needs several threads or waits for one
/// that is not the runtime's, a runtime like a notebook's has the last word. What is long is run again, at most twice:
/// only what is long each time counts as blocking.
pub(super) fn observe<T, W>(name: &str, start: impl Fn() -> W + Clone + Send + 'static) -> Run<T>
where
    T: Send + 'static,
    W: Future<Output = T>,
{
    let once = |clock: &Clock| run(name, clock, start.clone());
    let mut clock = Clock::Waits;
    let mut seen = once(&clock);
    if seen.needs_threads() {
        clock = Clock::Real(None);
        let real = once(&clock);
        // What it is that never ends shows better where nothing else moves.
        if matches!(
            (&seen.ended, &real.ended),
            (Ended::Never(_), Ended::Never(_))
        ) {
            return seen;
        }
        seen = real;
    }
    if !matches!(seen.ended, Ended::Never(_)) {
        steadily(&mut seen.longest, || once(&clock).longest);
    }
    seen
}

/// Makes `longest` the shortest of up to three: that of this run, and where it is long, those of the runs after it.
pub(super) fn steadily(longest: &mut Stretch, again: impl Fn() -> Stretch) {
    for _ in 0..2 {
        if !longest.is_long() {
            break;
        }
        let next = again();
        if next.own() < longest.own() {
            *longest = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::run::Never;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;

    const LONG: Duration = Duration::from_millis(50);

    #[test]
    fn a_poll_that_was_long_once_is_not_blocking() {
        let runs = Arc::new(AtomicUsize::new(0));
        let seen = observe("unlucky", move || {
            let first = runs.fetch_add(1, Ordering::Relaxed) == 0;
            async move {
                if first {
                    thread::sleep(LONG);
                }
            }
        });
        assert!(!seen.longest.is_long(), "{seen:?}");
    }

    #[test]
    fn what_waits_for_a_thread_of_its_own_runs_where_it_can() {
        let seen = observe("thread", || async {
            let (sender, receiver) = tokio::sync::oneshot::channel();
            thread::spawn(move || {
                thread::sleep(LONG);
                sender.send(7)
            });
            receiver.await.unwrap_or_default()
        });
        assert_eq!(seen.ended, Ended::Returned(7));
        assert!(
            seen.real && seen.waited >= LONG && !seen.longest.is_long(),
            "{seen:?}"
        );
    }

    #[test]
    fn a_task_may_block_in_place() {
        let seen = observe("in place", || async {
            tokio::spawn(async { tokio::task::block_in_place(|| 7) })
                .await
                .unwrap_or_default()
        });
        assert_eq!(seen.ended, Ended::Returned(7));
    }

    #[test]
    fn what_never_ends_never_ends_on_any_clock() {
        let seen = observe("for ever", std::future::pending::<()>);
        assert_eq!(seen.ended, Ended::Never(Never::Asleep));
    }
}
