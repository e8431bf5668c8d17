//! What is said of the end of `serve`: when it came, what it left behind, and what it returned.

use super::super::super::service::{self, Call, Served, Trial, WORDS};
use super::{NAME, NEARLY, ms};
use crate::check::code::Code;
use crate::check::report::Finding;
use crate::check::words::quote;
use crate::desk::{Event, GRACE, Log};
use std::time::Duration;

/// It came back later than it may, or not at all.
pub(super) fn late(trial: &Trial, served: &Served) -> Option<Finding> {
    let ends = trial.stop.map_or(trial.ends(), ms);
    let returned = served.call != Call::Late;
    if returned && served.at <= ends + GRACE + NEARLY {
        return None;
    }
    let when = match trial.stop {
        Some(_) => "the stop",
        None => "the end of the input",
    };
    let since = served.at.saturating_sub(ends);
    let how = match returned {
        true => format!("came back {:.2} s after {when}", since.as_secs_f64()),
        false => format!(
            "had not come back {:.1} s after {when}",
            since.as_secs_f64()
        ),
    };
    let read = match trial.name {
        service::STUCK => {
            "What never ends has to be given up: `timeout(GRACE, …)` around the waiting for the tasks; then drop them."
        }
        _ if trial.stop.is_some() => {
            "In the loop, `stop.cancelled()` has to be a branch beside every other wait: nothing else may be awaited alone."
        }
        _ => {
            "`Ok(None)` is the end of the input: leave the loop. A branch whose pattern does not match is only switched off."
        }
    };
    Some(Finding::new(
        Code::WaitsForEver,
        format!(
            "`{NAME}`, {}, {how}; it may take {:.1} s.",
            trial.name,
            GRACE.as_secs_f64()
        ),
        read,
    ))
}

/// When the last line was done.
fn last_done(log: &Log, until: Duration) -> Option<Duration> {
    let done = log.events().iter().filter_map(|(at, event)| match event {
        Event::Finished(_) if *at <= until => Some(*at),
        _ => None,
    });
    done.max()
}

/// It came back a whole GRACE after the last task that ended, and not after the stop.
pub(super) fn grace_begins_anew(trial: &Trial, served: &Served, log: &Log) -> Option<Finding> {
    let stop = ms(trial.stop?);
    let last = last_done(log, served.at).filter(|last| *last > stop)?;
    let anew = last + GRACE;
    (served.call != Call::Late && anew.abs_diff(served.at) <= NEARLY).then(|| {
        Finding::new(
            Code::RestartsTimer,
            format!(
                "`{NAME}`, {}, came back {:.2} s after the stop: each task that ended gave the others another {:.1} s.",
                trial.name,
                (served.at - stop).as_secs_f64(),
                GRACE.as_secs_f64()
            ),
            "One time-out for all of the waiting: `timeout(GRACE, …)` *around* the loop over `join_next()`, or around `join_all()`, \
             and not around each call.",
        )
    })
}

/// It stays though all that it has begun is done.
pub(super) fn waits_for_nobody(trial: &Trial, served: &Served, log: &Log) -> Option<Finding> {
    let last = last_done(log, served.at)?.max(trial.stop.map_or(trial.ends(), ms));
    let stayed = served.at.saturating_sub(last);
    (stayed > NEARLY).then(|| {
        Finding::new(
            Code::WaitsForEver,
            format!(
                "`{NAME}`, {}, came back {:.2} s after its last task had ended: it waits for a time, and not for its tasks.",
                trial.name,
                stayed.as_secs_f64()
            ),
            "GRACE is the most that it may wait. Wait for the tasks, within that time: `timeout(GRACE, tasks.join_all())`.",
        )
    })
}

/// It has stopped whoever else has the token.
pub(super) fn cancels(trial: &Trial, served: &Served) -> Option<Finding> {
    served.cancelled.then(|| {
        Finding::new(
            Code::WrongResult,
            format!(
                "`{NAME}`, {}, cancelled the token that it was given: all others who have a clone of it stop, too.",
                trial.name
            ),
            "The token belongs to the caller: wait for it, and leave the cancelling to others. For your own tasks, take \
             `stop.child_token()`, or a token of your own.",
        )
    })
}

/// The lines of which `handle` was called.
fn given(log: &Log) -> impl Iterator<Item = &str> {
    log.events().iter().filter_map(|(_, event)| match event {
        Event::Given(line) => Some(line.as_str()),
        _ => None,
    })
}

/// What was to be handled and is not done.
pub(super) fn left(trial: &Trial, served: &Served, log: &Log) -> Option<Finding> {
    leaked(trial, served).or_else(|| {
        let (mut done, mut missing) = (log.finished_by(served.at), vec![]);
        for line in given(log) {
            // The same line may come more than once.
            match done.iter().position(|other| *other == line) {
                Some(place) => drop(done.swap_remove(place)),
                None => missing.push(line),
            }
        }
        let first = missing.first()?;
        Some(Finding::new(
            Code::NotDrained,
            format!(
                "`{NAME}`, {}, came back, and the handling of `{}` was dropped before its end{}.",
                trial.name,
                quote(first),
                match missing.len() {
                    1 => String::new(),
                    all => format!(", as were {} others", all - 1),
                }
            ),
            "After the loop, on every way out of it (a `?` or a `return` inside it skips that), wait for the tasks that were begun, \
             at most GRACE. A `JoinSet` that is dropped stops its tasks.",
        ))
    })
}

pub(super) fn leaked(trial: &Trial, served: &Served) -> Option<Finding> {
    let (how, read) = match served.call {
        Call::Cut(wait) => (
            format!("was dropped at wait {wait}"),
            "A task does not end with who started it, unless somebody sees to it: a `JoinSet` stops its tasks when it is dropped; \
             for a `TaskTracker`, or handles, a `CancellationToken` with a `drop_guard()` does.",
        ),
        _ => (
            "had come back".to_owned(),
            "Keep the tasks in a `JoinSet`; behind the loop, wait for them, and drop it.",
        ),
    };
    (served.alive > 0).then(|| {
        Finding::new(
            Code::TaskLeaked,
            format!(
                "`{NAME}`, {}, {how}, and {} of its tasks ran on, which nobody can reach any more.",
                trial.name, served.alive
            ),
            read,
        )
    })
}

pub(super) fn error_lost(served: &Served) -> Option<Finding> {
    let came = match &served.call {
        Call::Returned(Err(words)) if words.contains(WORDS) => return None,
        Call::Returned(Err(words)) => format!("returned the error `{}`", quote(words)),
        Call::Returned(Ok(())) => "returned `Ok(())`".to_owned(),
        Call::Late | Call::Cut(_) => "went on as if nothing had happened".to_owned(),
    };
    Some(Finding::new(
        Code::ErrorLost,
        format!("The input failed with `{WORDS}`, and `{NAME}` {came}."),
        "A pattern such as `Ok(Some(line)) = next_line(input)` only switches its branch off where it does not match. Match \
         `Err(error)`, leave the loop with it, and return it when the tasks have ended.",
    ))
}

/// An error that nobody made, where nothing else is wrong.
pub(super) fn unexpected(trial: &Trial, served: &Served) -> Option<Finding> {
    let again = served.again.iter();
    let error = [&served.call]
        .into_iter()
        .chain(again)
        .find_map(|call| match call {
            Call::Returned(Err(words)) if trial.name != service::TORN => Some(words),
            _ => None,
        })?;
    Some(Finding::new(
        Code::WrongResult,
        format!(
            "`{NAME}`, {}, returned the error `{}`, and its input had none.",
            trial.name,
            quote(error)
        ),
        "An input that ends, and a stop, are no errors: return `Ok(())`.",
    ))
}
