//! What several checks find in the same way.

use super::observe::{Ended, Observed};
use super::report::{Code, Finding};
use crate::timeline::{Lane, Outcome, Span};
use std::time::Duration;

/// The starter is still there.
pub(super) fn not_written(name: &str, task: &str) -> Finding {
    Finding::new(
        Code::NotWritten,
        format!("`{name}` is not written yet: {task}."),
        "Replace its `todo!`.",
    )
}

/// What the end of a function says, whatever it was for.
pub(super) fn ending<T>(name: &str, ended: &Ended<T>) -> Option<Finding> {
    let Ended::Panicked(words) = ended else {
        return None;
    };
    // Tokio's own words, from `Runtime::block_on`, `Handle::block_on` and the drop of a runtime.
    let nested = [
        "Cannot start a runtime from within a runtime",
        "Cannot drop a runtime in a context",
    ];
    Some(if nested.iter().any(|start| words.starts_with(start)) {
        Finding::new(
            Code::RuntimeInRuntime,
            format!(
                "`{name}` starts a runtime, or blocks on one, inside the one that runs it. Tokio says: `{words}`"
            ),
            "An `async fn` is already inside a runtime: replace `block_on(future)` by `future.await`.",
        )
    } else if words.starts_with("can call blocking only when running on the multi-threaded runtime")
    {
        Finding::new(
            Code::BlocksThread,
            format!(
                "`{name}` uses `block_in_place`, which holds the thread until its work is done."
            ),
            "Nothing here has to block: `.await` the future instead.",
        )
    } else {
        Finding::new(
            Code::Panicked,
            format!("`{name}` panicked: `{words}`."),
            "Find the line that the words are about.",
        )
    })
}

/// Whether a function holds its thread while it waits.
pub(super) fn holds_thread<T>(name: &str, seen: &Observed<T>) -> Option<Finding> {
    let how = match (seen.blocked, &seen.ended) {
        (false, _) => return None,
        (true, Ended::Never) => {
            "did not come back: something in it holds the thread for good, so the clock of the runtime never gets to run"
        }
        (true, _) => {
            "holds its thread while it waits: one poll took as long as the whole wait, and nothing else could run meanwhile"
        }
    };
    Some(Finding::new(
        Code::BlocksThread,
        format!("`{name}` {how}."),
        "Read the line that waits: `std::thread::sleep` puts the thread to sleep, `tokio::time::sleep(…).await` only the \
         task.",
    ))
}

/// A function over sockets that did not come back, although every answer did.
pub(super) fn holds_thread_for_good(name: &str) -> Finding {
    Finding::new(
        Code::BlocksThread,
        format!(
            "`{name}` did not come back: something in it holds the thread, so that no answer can be read."
        ),
        "In an `async fn`, every wait ends in `.await`.",
    )
}

/// How a function waits: it must wait, and it must not hold its thread.
pub(super) fn waiting<T>(name: &str, seen: &Observed<T>) -> Option<Finding> {
    let forgotten = || {
        Finding::new(
            Code::NotAwaited,
            format!(
                "`{name}` returned without waiting at all: a future that it made was never awaited."
            ),
            "A future does nothing until it is awaited. Read the line that waits: does it end in `.await`?",
        )
    };
    holds_thread(name, seen).or_else(|| seen.waited.is_zero().then(forgotten))
}

/// A lane with a mark at each of these moments, of which the last is its end.
pub(super) fn marks(
    name: impl Into<String>,
    moments: impl IntoIterator<Item = Duration>,
    outcome: Outcome,
) -> Lane {
    let instant = |at: Duration| Span { start: at, end: at };
    let polls: Vec<_> = moments.into_iter().map(instant).collect();
    Lane {
        name: name.into(),
        end: polls.last().map_or(Duration::ZERO, |last| last.end),
        polls,
        outcome,
    }
}

/// How many times as long.
pub(super) fn ratio(long: Duration, short: Duration) -> f64 {
    long.as_secs_f64() / short.as_secs_f64().max(f64::MIN_POSITIVE)
}
