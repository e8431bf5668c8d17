//! What a trial of `serve` says.

use super::super::Service;
use super::super::service::{self, Call, Served, Trial, WORDS};
use super::differs;
use crate::check::code::Code;
use crate::check::report::Finding;
use crate::check::run::Ended;
use crate::check::words::{ending, holds_thread, quote};
use crate::desk::{Event, GRACE, Log, TICK};
use std::time::Duration;

const NAME: &str = "serve";

/// What a clock that only waiting moves may round, and what a turn of the others takes.
const NEARLY: Duration = Duration::from_millis(60);

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// The finding of one trial.
pub(super) fn service(seen: &Service, cuts: usize) -> Option<Finding> {
    let (trial, log) = (seen.trial, &seen.log);
    if trial.reading_is_free() && log.ticks() > 100 {
        return Some(ticks_for_ever(log));
    }
    let Ended::Returned(served) = &seen.run.ended else {
        return ending(NAME, &seen.run.ended);
    };
    match trial.name {
        service::SILENT => not_called(log).or_else(|| late(trial, served)),
        service::STEADY => holds_thread(NAME, &seen.run)
            .or_else(|| steady(trial, log))
            .or_else(|| late(trial, served)),
        service::SLOW => slow(log).or_else(|| late(trial, served)),
        service::ENDS => late(trial, served)
            .or_else(|| left(trial, served, log))
            .or_else(|| waits_for_nobody(trial, served, log)),
        service::STOPPED => accepts(trial, log)
            .or_else(|| late(trial, served))
            .or_else(|| left(trial, served, log))
            .or_else(|| waits_for_nobody(trial, served, log)),
        service::STUCK => grace_begins_anew(trial, served, log)
            .or_else(|| late(trial, served))
            .or_else(|| leaked(trial, served)),
        service::TORN => error_lost(served).or_else(|| left(trial, served, log)),
        service::FLOOD => flooded(trial, log).or_else(|| late(trial, served)),
        service::BUSY => busy(trial, log),
        _ => cut(trial, served, log, cuts),
    }
    .or_else(|| unexpected(trial, served))
}

fn ticks_for_ever(log: &Log) -> Finding {
    Finding::new(
        Code::RestartsTimer,
        format!(
            "`{NAME}` ticks again and again without any time between: {} times in this trial. The first tick of a new `interval` \
             comes at once.",
            log.ticks()
        ),
        "Make the `interval` once, before the loop, and only `.tick()` it in `select!`.",
    )
}

fn not_called(log: &Log) -> Option<Finding> {
    (log.ticks() == 0).then(|| {
        Finding::new(
            Code::NotCalled,
            format!("`{NAME}` never called `desk.tick()`, in 0.45 s in which nothing else happened."),
            "A branch of `select!` waits for the next tick of an `interval`, and calls `desk.tick()`.",
        )
    })
}

/// It came back later than it may, or not at all.
fn late(trial: &Trial, served: &Served) -> Option<Finding> {
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
fn grace_begins_anew(trial: &Trial, served: &Served, log: &Log) -> Option<Finding> {
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
fn waits_for_nobody(trial: &Trial, served: &Served, log: &Log) -> Option<Finding> {
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

fn begun(log: &Log) -> Vec<String> {
    log.begun().into_iter().map(str::to_owned).collect()
}

fn steady(trial: &Trial, log: &Log) -> Option<Finding> {
    let (given, lines) = (log.given(), begun(log));
    if given == 0 {
        return Some(Finding::new(
            Code::NotCalled,
            format!(
                "`{NAME}` never called `desk.handle(line)`, and the input had {} lines.",
                trial.lines().len()
            ),
            "The branch that gets a line starts `desk.handle(line)` as a task.",
        ));
    }
    if lines.is_empty() {
        return Some(Finding::new(
            Code::NotAwaited,
            format!(
                "`{NAME}` called `desk.handle` {given} times, and nobody ran what it returned."
            ),
            "`desk.handle(line)` makes a future, and a future does nothing by itself: give it to `tasks.spawn(…)`.",
        ));
    }
    if let Some(differs) = differs(&trial.lines(), &lines) {
        return Some(differs.finding(NAME, " Ticks came in the middle of its lines."));
    }
    let expected = trial.ends().as_millis() / TICK.as_millis();
    let ticks = log.ticks_in(Duration::ZERO, trial.ends());
    ((ticks as u128) < expected / 2).then(|| {
        Finding::new(
            Code::RestartsTimer,
            format!(
                "In {:.2} s, `{NAME}` ticked {ticks} times instead of {expected}: a line came every 0.07 s, and each one made the \
                 wait for the next tick begin anew.",
                trial.ends().as_secs_f64()
            ),
            "`sleep(TICK)` or `timeout(TICK, …)` inside the loop is a new timer in each round. Make an `interval` before the \
             loop; its `tick()` may be dropped, since the moments lie in the interval.",
        )
    })
}

/// When a line was begun.
fn begun_at(log: &Log, line: &str) -> Option<Duration> {
    let this = |event: &Event| matches!(event, Event::Begun(other) if other == line);
    log.events()
        .iter()
        .find(|(_, event)| this(event))
        .map(|(at, _)| *at)
}

fn slow(log: &Log) -> Option<Finding> {
    let ticks = log.ticks_in(ms(25), ms(460));
    if ticks < 2 {
        return Some(starved(
            format!(
                "While a line was handled that takes 0.45 s, `{NAME}` ticked {ticks} times instead of 4: the branch that got \
                 the line waits for its handling, and `select!` looks at no other branch meanwhile."
            ),
            "What stands behind `=>` runs alone. Do not `.await` the handling there: spawn it, and go on with the loop.",
        ));
    }
    let tea = begun_at(log, "tea");
    tea.is_none_or(|at| at > ms(65) + NEARLY).then(|| {
        Finding::new(
            Code::Sequential,
            "A line waited until the handling of the line before it had ended, which took 0.45 s."
                .to_owned(),
            "Each line is a task of its own: `tasks.spawn(desk.handle(line))`.",
        )
    })
}

fn starved(message: String, read: &str) -> Finding {
    Finding::new(Code::StarvedBranch, message, read)
}

fn flooded(trial: &Trial, log: &Log) -> Option<Finding> {
    let all = trial.lines().len();
    (log.given() >= all).then(|| {
        starved(
            format!(
                "`{NAME}` was stopped before it began, and took all {all} lines that were there first: as long as there is a line, \
                 the branch of the stop is not looked at."
            ),
            "With `biased;`, the first branch that is ready wins, each time. Put the stop first, or leave `biased;` out: then \
             `select!` begins at a random branch.",
        )
    })
}

fn busy(trial: &Trial, log: &Log) -> Option<Finding> {
    let (ticks, lines) = (
        log.ticks_in(Duration::ZERO, trial.ends()),
        trial.lines().len(),
    );
    (ticks == 0).then(|| {
        starved(
            format!(
                "`{NAME}` read {lines} lines in {:.1} s, always finding another one, and did not tick once.",
                trial.ends().as_secs_f64()
            ),
            "With `biased;`, what is always ready belongs at the end. Or leave `biased;` out.",
        )
    })
}

fn accepts(trial: &Trial, log: &Log) -> Option<Finding> {
    let stop = ms(trial.stop.unwrap_or_default());
    let after = log.events().iter().find_map(|(at, event)| match event {
        Event::Begun(line) if *at > stop => Some((line, *at)),
        _ => None,
    });
    after.map(|(line, at)| {
        Finding::new(
            Code::AcceptsAfterStop,
            format!(
                "`{NAME}` was stopped at {:.2} s, and at {:.2} s it took the line `{}`, which came later.",
                stop.as_secs_f64(),
                at.as_secs_f64(),
                quote(line)
            ),
            "After `stop.cancelled()`, leave the loop, and read no more: what has been begun is waited for, nothing is begun.",
        )
    })
}

/// What was begun and is not done.
fn left(trial: &Trial, served: &Served, log: &Log) -> Option<Finding> {
    leaked(trial, served).or_else(|| {
        let done = log.finished_by(served.at);
        let missing: Vec<_> = log.begun().into_iter().filter(|line| !done.contains(line)).collect();
        let first = missing.first()?;
        Some(Finding::new(
            Code::NotDrained,
            format!(
                "`{NAME}`, {}, came back, and the handling of `{}` was dropped in the middle{}.",
                trial.name,
                quote(first),
                match missing.len() {
                    1 => String::new(),
                    all => format!(", as were {} others", all - 1),
                }
            ),
            "Behind the loop, on every way out of it, wait for the tasks that were begun, at most GRACE. A `JoinSet` that is \
             dropped stops its tasks.",
        ))
    })
}

fn leaked(trial: &Trial, served: &Served) -> Option<Finding> {
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

fn error_lost(served: &Served) -> Option<Finding> {
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
fn unexpected(trial: &Trial, served: &Served) -> Option<Finding> {
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

fn cut(trial: &Trial, served: &Served, log: &Log, cuts: usize) -> Option<Finding> {
    if let Some(leaked) = leaked(trial, served) {
        return Some(leaked);
    }
    let (expected, mut lines) = (trial.lines(), begun(log));
    let place = match served.call {
        Call::Cut(wait) => format!(
            " Its future was dropped at wait {wait} (waits tried so far: {cuts}), and another call went on with the input."
        ),
        _ => " It was stopped, and another call went on with the input.".to_owned(),
    };
    // Tasks may begin in another order than they were started in.
    if differs(&sorted(&expected), &sorted(&lines)).is_none() {
        lines.clone_from(&expected);
    }
    let differs = differs(&expected, &lines)?;
    Some(differs.finding(NAME, &place))
}

fn sorted(lines: &[String]) -> Vec<String> {
    let mut lines = lines.to_vec();
    lines.sort();
    lines
}
