//! The verdict on exercise 6, from what was seen alone: first the futures, then the executor.

mod executor;

use super::Seen;
use super::driven::{Overdue, Waiting};
use super::joined::{Joined, VALUES};
use crate::check::code::Code;
use crate::check::report::Finding;
use crate::check::run::{Ended, Run};
use crate::check::words::{ending, holds_thread};
use std::time::Duration;

pub(super) use executor::executor;

/// One finding for each part, and nothing of what is not written while another part is not written either.
pub(super) fn judge(seen: &Seen) -> Vec<Finding> {
    let parts = [
        timer(&seen.timers).or_else(|| overdue(seen.overdue.as_ref()?)),
        seen.joins.iter().find_map(join),
        taken_apart(&seen.apart).or_else(|| begins(seen.begins.as_ref()?)),
        seen.tried.iter().find_map(executor),
    ];
    let mut findings: Vec<Finding> = Vec::new();
    for finding in parts.into_iter().flatten() {
        let unwritten = finding.code == Code::NotWritten;
        if !findings.iter().any(|other| other.code == finding.code) {
            findings.push(finding);
        }
        if unwritten {
            break;
        }
    }
    findings
}

/// What is said of any call: that it did not come back, or held its thread.
fn came_wrong<T>(call: &str, run: &Run<T>) -> Option<Finding> {
    ending(call, &run.ended).or_else(|| holds_thread(call, run))
}

/// What is wrong with `timer`.
pub(super) fn timer(runs: &[Run<Waiting<()>>]) -> Option<Finding> {
    runs.iter().find_map(|run| {
        came_wrong("timer", run).or_else(|| match &run.ended {
            Ended::Returned(seen) => waiting("timer", seen, 1),
            _ => None,
        })
    })
}

/// What is wrong with a timer that was polled for the first time when its time was over.
fn overdue(run: &Run<Overdue>) -> Option<Finding> {
    came_wrong("timer", run).or_else(|| match &run.ended {
        Ended::Returned(seen) => seen.at_once.then(|| {
            Finding::new(
                Code::WrongResult,
                "`timer` was polled for the first time when its moment was over, and was pending.",
                "It is ready as soon as the reactor has reached the moment, whether somebody was woken or not: each poll asks \
                 `reactor.now() >= moment`.",
            )
        }),
        _ => None,
    })
}

/// Whether what was taken apart begins with its first poll.
fn begins(run: &Run<Overdue>) -> Option<Finding> {
    came_wrong("taken_apart", run).or_else(|| match &run.ended {
        Ended::Returned(seen) => (seen.ready || !seen.woken).then(|| {
            Finding::new(
                Code::NoWait,
                "`taken_apart` was made, polled for the first time when a step was over, and its first wait was over, too: it \
                 counts from the call.",
                "Calling an `async fn` runs nothing. The call makes `Start`, and the first timer is made in the first poll.",
            )
        }),
        _ => None,
    })
}

/// What is wrong with what was taken apart.
fn taken_apart(runs: &[Run<Waiting<[Duration; 2]>>]) -> Option<Finding> {
    runs.iter().find_map(|run| {
        if let Some(finding) = came_wrong("taken_apart", run) {
            return Some(finding);
        }
        let Ended::Returned(seen) = &run.ended else {
            return None;
        };
        waiting("taken_apart", seen, 2).or_else(|| {
            let value = seen.value?;
            if seen.again && value == seen.polled[1..] {
                return Some(ready_again());
            }
            // It was polled at its start, too.
            let times = &seen.polled[1..];
            (value != *times).then(|| {
                let late = if seen.woken == times {
                    ""
                } else {
                    " It was polled some time after it was woken, as happens where its thread is busy."
                };
                Finding::new(
                    Code::WrongResult,
                    format!(
                        "`taken_apart` returned `{value:?}` instead of `{times:?}`: the reactor's time after each of its \
                         two waits.{late}"
                    ),
                    "What is known after the first wait, and needed after the second, is a field of the state between. The \
                     time is `reactor.now()`, asked when the wait is seen to have ended.",
                )
            })
        })
    })
}

fn ready_again() -> Finding {
    Finding::new(
        Code::WrongResult,
        "`taken_apart` was ready, was polled once more, and gave a value again. An `async fn` panics then: it has none left.",
        "`*self = TwoWaits::Done;`, and then `return Poll::Ready(…)`.",
    )
}

/// What is wrong with a future that waits so often.
fn waiting<T>(name: &str, seen: &Waiting<T>, waits: usize) -> Option<Finding> {
    if seen.not_yet && waits == 1 {
        return Some(Finding::new(
            Code::BusyPoll,
            format!(
                "`{name}` is polled at the very moment at which its time is over, is pending still, and is woken at once, again and \
                 again."
            ),
            "`reactor.now() >= moment` holds at the very moment, and `>` does not. Is the moment taken anew in each poll?",
        ));
    }
    if seen.late {
        return Some(Finding::new(
            Code::WrongResult,
            format!(
                "`{name}` is woken, but later than its time: the reactor was given another moment."
            ),
            if waits == 1 {
                "`wake_at` takes the reactor's time at which to wake, and not how long it is from now: `self.moment`, as it was \
                 computed once, when the timer was made."
            } else {
                "It waits for one step, and then for two: `timer(reactor, step)` and, when that is ready, `timer(reactor, 2 * step)`."
            },
        ));
    }
    if seen.woken_early {
        return Some(Finding::new(
            Code::BusyPoll,
            format!(
                "`{name}` is woken before its time: it wakes itself, or asks to be woken at once, and so is polled again and \
                 again while there is nothing to do."
            ),
            "Remove `wake_by_ref()` or `wake()` from `poll`. Whoever knows that the time has come is the reactor: give it the \
             waker, and the moment.",
        ));
    }
    if seen.early && waits > 1 && seen.polled.len() > 1 && seen.value.is_none() {
        return Some(Finding::new(
            Code::NoWait,
            format!(
                "The second wait of `{name}` is too short where the poll that ended the first one was late: it counts from the \
                 moment that was due."
            ),
            "The second wait begins when the first one is seen to have ended, as in the `async fn`: `timer(reactor, 2 * step)`, \
             made in that poll.",
        ));
    }
    if seen.early {
        return Some(Finding::new(
            Code::NoWait,
            format!("`{name}` is ready before its time is over."),
            "`Poll::Ready` belongs behind `reactor.now() >= moment`, and the moment is `reactor.now() + wait`, taken once.",
        ));
    }
    if seen.not_woken.is_some() && seen.asked == 0 && seen.kept {
        return Some(Finding::new(
            Code::NotCalled,
            format!(
                "`{name}` keeps its waker, and does not ask the reactor: a thread or a timer of its own is to wake it."
            ),
            "One reactor waits for all futures: `reactor.wake_at(moment, waker)`.",
        ));
    }
    let Some(wait) = seen.not_woken else {
        return seen.value.is_none().then(|| {
            Finding::new(
                Code::NeverEnds,
                format!("`{name}` was woken at its time, polled, and is pending still."),
                "`reactor.now() >= moment` holds at the very moment. Is the moment taken anew in each poll?",
            )
        });
    };
    Some(if seen.stale {
        Finding::new(
            Code::StaleWaker,
            format!(
                "`{name}` was polled by one task, then by another one, and its end woke the first: the one that waits is never \
                 polled."
            ),
            "A future may move to another task between two polls. Each poll that returns `Pending` has to hand on the waker of \
             *that* poll, and not only the first.",
        )
    } else if waits > 1 && wait > 0 {
        Finding::new(
            Code::NeverWoken,
            format!(
                "`{name}` is pending, its second wait is over, and nobody wakes it: the second timer was made, and never polled."
            ),
            "A future asks nobody before its first poll. After a change of state, go round once more (`loop`), so that the new \
             timer is polled before you return `Pending`.",
        )
    } else {
        Finding::new(
            Code::NeverWoken,
            format!("`{name}` is pending, its time is over, and nobody wakes it."),
            "Whoever returns `Pending` has seen to it that somebody will wake the task: \
             `reactor.wake_at(moment, context.waker().clone())`.",
        )
    })
}

/// What is wrong with `join`, in one case.
fn join(run: &Run<Joined>) -> Option<Finding> {
    if let Some(finding) = came_wrong("join", run) {
        return Some(finding);
    }
    let Ended::Returned(seen) = &run.ended else {
        return None;
    };
    let case = seen.case;
    if let Some(out) = seen.left_out {
        let (which, other) = if out == 0 {
            ("first", "second")
        } else {
            ("second", "first")
        };
        return Some(Finding::new(
            Code::Sequential,
            format!(
                "The first poll of `join` polls its {other} future only: the {which} begins when the other has ended."
            ),
            "Poll both in each poll, and look at both results only then. A `return` or an `.await` between them is too early.",
        ));
    }
    if seen.after_ready > 0 {
        return Some(Finding::new(
            Code::PolledAfterReady,
            format!("`join` polls a future again that was ready before, where {case}."),
            "A future that was ready must not be polled again: an `async fn` panics then. Keep its value, and poll only while \
             there is none. A `take()` before both values are there empties the place of one.",
        ));
    }
    if seen.woke_itself {
        return Some(Finding::new(
            Code::BusyPoll,
            format!(
                "`join` wakes its own task in a poll, though neither future has moved, where {case}."
            ),
            "Remove the wake: each of the two futures has got the waker by `poll(context)`, and wakes the task itself.",
        ));
    }
    if seen.left_waiting {
        return Some(Finding::new(
            Code::LosesWakes,
            format!(
                "One of the futures woke its task in the middle of its own poll, and the next poll of `join` did not poll it, where {case}."
            ),
            "Poll both that are not ready, in each poll of `join`. Whoever notes which of the two was woken has to take that note \
             back *before* the poll, not after.",
        ));
    }
    if seen.not_woken {
        return Some(if seen.stale {
            Finding::new(
                Code::StaleWaker,
                "`join` moved to another task, one of its futures woke, and the task before was woken.",
                "Each poll of `join` polls both futures with the context of *this* poll.",
            )
        } else {
            Finding::new(
                Code::NeverWoken,
                format!(
                    "One of the futures wakes, and the task of `join` is not woken, where {case}."
                ),
                "Poll both futures with the `context` that you were given, not with a waker of your own that wakes nobody.",
            )
        });
    }
    let ready = "both values are there";
    match seen.value {
        _ if seen.early => Some(Finding::new(
            Code::WrongResult,
            format!("`join` is ready before {ready}, where {case}."),
            "`Poll::Ready` needs both values.",
        )),
        None => Some(Finding::new(
            Code::NeverEnds,
            format!("`join` is pending though {ready}, where {case}: nobody will wake it again."),
            "Look at both values after you have polled both futures, in the same poll.",
        )),
        Some(value) if value != VALUES => Some(Finding::new(
            Code::WrongResult,
            format!("`join` returned `{value:?}` instead of `{VALUES:?}`, where {case}."),
            "The value of the first future stands first.",
        )),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests;
