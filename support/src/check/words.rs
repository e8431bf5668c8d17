//! What several checks say in the same words.

use super::code::Code;
use super::report::Finding;
use super::run::{Ended, Never, Run};
use crate::chart::{self, Figure};
use crate::timeline::{Lane, Marks, Outcome, Span};
use std::time::Duration;

/// The most lanes of a figure, and the most marks of a lane: whoever goes round in a circle would fill a notebook.
const LANES: usize = 20;
const MARKS: usize = 24;

/// The most letters of something that is quoted.
const QUOTE: usize = 300;

/// The starter is still there.
pub(super) fn not_written(name: &str, task: &str) -> Finding {
    Finding::new(
        Code::NotWritten,
        format!("`{name}` is not written yet: {task}."),
        "Replace its `todo!`.",
    )
}

/// Tokio's own words, from `Runtime::block_on`, `Handle::block_on` and the drop of a runtime.
const NESTED: [&str; 2] = [
    "Cannot start a runtime from within a runtime",
    "Cannot drop a runtime in a context",
];

/// What a panic says, wherever it was seen: `call` is what was called, with what.
pub(super) fn panicked(call: &str, words: &str) -> Finding {
    if NESTED.iter().any(|nested| words.contains(nested)) {
        Finding::new(
            Code::RuntimeInRuntime,
            format!(
                "`{call}` starts a runtime, or blocks on one, inside the one that runs it. Tokio says: `{}`",
                quote(words)
            ),
            "An `async fn` is already inside a runtime: write `future.await` instead of `block_on(future)`, and use \
             `reqwest::blocking` in synchronous code only.",
        )
    } else {
        Finding::new(
            Code::Panicked,
            format!("`{call}` panicked: `{}`.", quote(words)),
            "Find the line of your code that this message is about.",
        )
    }
}

/// What the end of a call says, where it is not that it returned.
pub(super) fn ending<T>(call: &str, ended: &Ended<T>) -> Option<Finding> {
    match ended {
        Ended::Returned(_) => None,
        Ended::NotWritten(task) => Some(not_written(call, task)),
        Ended::Panicked(words) => Some(panicked(call, words)),
        Ended::Never(never) => Some(ends_never(call, *never)),
    }
}

/// What does not come back.
fn ends_never(call: &str, never: Never) -> Finding {
    let (code, message, read) = match never {
        Never::Blocks => (
            Code::BlocksThread,
            format!(
                "`{call}` holds its thread: one poll did not return, so nothing else on that thread can run, its timers included."
            ),
            "Look for a call that returns only when the waiting is over: `block_on` of another executor, \
             `std::sync::mpsc::Receiver::recv`, `join()` of a thread, a lock of `std::sync` that is held already, \
             `std::thread::sleep`. In an `async fn`, every wait ends in `.await`.",
        ),
        Never::Computes => (
            Code::BlocksThread,
            format!(
                "`{call}` computes and does not end: one poll did not return, and its thread is busy. Nobody can stop it from \
                 outside: it goes on, with the lowest priority, until you restart the kernel."
            ),
            "Look for a loop without an `.await` in it: nothing can change its condition while it runs.",
        ),
        Never::Asleep => (
            Code::NeverEnds,
            format!(
                "`{call}` never ends: everything in it waits, and nothing is left that could wake it."
            ),
            "What should wake it? Look for `recv().await` while a sender is still alive, a `lock().await` on a lock that you \
             hold already, a full channel that nobody reads, a permit that is never given back, `pending()`.",
        ),
        Never::Turns => (
            Code::NeverEnds,
            format!("`{call}` never ends: a loop in it repeats without end, and awaits each time."),
            "Look for the loop, and for what should end it: does its condition ever change? Does it count its tries?",
        ),
        Never::Stuck => (
            Code::NeverEnds,
            format!(
                "`{call}` never ends: it waits for a thread outside the runtime, which does not finish."
            ),
            "Look at `spawn_blocking`, or at the thread that you started: what does it wait for?",
        ),
    };
    Finding::new(code, message, read)
}

/// Whether a call held a thread, or asked again and again, where it should have waited.
pub(super) fn holds_thread<T>(call: &str, run: &Run<T>) -> Option<Finding> {
    if run.longest.is_long() {
        let own = run
            .lane
            .as_ref()
            .is_some_and(|lane| lane.longest_poll() * 2 >= run.longest.own());
        let where_ = if own {
            ""
        } else {
            ", in a task that it started or in a destructor,"
        };
        let took = run.longest.own().as_millis();
        return Some(if run.longest.computed() {
            Finding::new(
                Code::BlocksThread,
                format!(
                    "`{call}` computes{where_} for {took} ms on a thread of the runtime, and nothing else on that thread could run."
                ),
                "A loop that looks at the time until it is over does not wait: `tokio::time::sleep(…).await` does. What has to \
                 be computed belongs in `spawn_blocking`.",
            )
        } else {
            Finding::new(
                Code::BlocksThread,
                format!(
                    "`{call}` holds{where_} a thread of the runtime for {took} ms while it waits, and nothing else on that thread \
                     could run."
                ),
                "Look for a call that returns only when the waiting is over: `std::thread::sleep`, `join()` of a thread, \
                 `recv()` or `lock()` of `std::sync`, `block_on`, `block_in_place`. `tokio::time::sleep(…).await` puts only \
                 the task to sleep.",
            )
        });
    }
    run.busy.then(|| {
        Finding::new(
            Code::BusyWait,
            format!("`{call}` asks again and again whether something is ready, and keeps a core busy meanwhile."),
            "Await the thing itself: a `JoinHandle`, a `Notify`, `sleep(…)`. `yield_now` in a loop waits for nothing.",
        )
    })
}

/// It came back while what it had started still ran, and had waited for nothing.
pub(super) fn left_alone(call: &str) -> Finding {
    Finding::new(
        Code::NotAwaited,
        format!(
            "`{call}` starts a task and returns at once, while the task still waits: nobody awaits its handle."
        ),
        "`tokio::spawn` returns a `JoinHandle`, which is a future: `.await` it, or await the work itself, without a task.",
    )
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
        marks: Marks::Events,
        in_vain: Vec::new(),
        held: Vec::new(),
        outcome,
    }
}

/// A figure of the first lanes, which says how much it leaves out.
pub(super) fn figure(title: &str, lanes: impl IntoIterator<Item = Lane>) -> Figure {
    let mut lanes: Vec<_> = lanes.into_iter().collect();
    let left_out = lanes.len().saturating_sub(LANES);
    lanes.truncate(LANES);
    let mut cut = 0;
    for lane in &mut lanes {
        cut += lane.polls.len().saturating_sub(MARKS);
        lane.polls.truncate(MARKS);
        lane.in_vain.truncate(MARKS);
        lane.held.truncate(MARKS);
    }
    let figure = chart::lanes(title, &lanes);
    match (left_out, cut) {
        (0, 0) => figure,
        (0, marks) => figure.with_note(&format!("{marks} more marks are left out.")),
        (lanes, 0) => figure.with_note(&format!("{lanes} more lanes are left out.")),
        (lanes, marks) => figure.with_note(&format!(
            "{lanes} more lanes and {marks} more marks are left out."
        )),
    }
}

/// The beginning of something that may be long.
pub(super) fn quote(text: &str) -> String {
    match text.char_indices().nth(QUOTE) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text.to_owned(),
    }
}

/// How many times as long.
pub(super) fn ratio(long: Duration, short: Duration) -> f64 {
    long.as_secs_f64() / short.as_secs_f64().max(0.001)
}

/// Whether the second is a permutation of the first.
pub(super) fn same_in_another_order<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    let mut left: Vec<_> = other.iter().collect();
    one.len() == other.len()
        && one.iter().all(|item| {
            let found = left.iter().position(|candidate| *candidate == item);
            found.map(|place| left.swap_remove(place)).is_some()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_of_hundreds_of_lanes_is_short_and_says_so() {
        let lanes = (0..600).map(|id| {
            marks(
                format!("/data/{id}"),
                [Duration::ZERO; 100],
                Outcome::Finished,
            )
        });
        let figure = figure("many", lanes);
        assert!(figure.html().len() < 60_000, "{}", figure.html().len());
        assert!(figure.to_string().contains("580 more lanes"), "{figure}");
    }

    #[test]
    fn each_way_not_to_end_has_words_of_its_own() {
        let all = [
            Never::Blocks,
            Never::Computes,
            Never::Asleep,
            Never::Turns,
            Never::Stuck,
        ];
        let words: std::collections::BTreeSet<_> = all
            .map(|never| ends_never("f", never).message)
            .into_iter()
            .collect();
        assert_eq!(words.len(), all.len());
    }

    #[test]
    fn what_is_long_is_quoted_in_part() {
        assert!(quote(&"é".repeat(1000)).len() < 700);
    }
}
