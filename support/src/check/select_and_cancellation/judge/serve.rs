//! What a trial of `serve` says.

mod end;

use super::super::Service;
use super::super::service::{self, Call, Served, Trial};
use super::differs;
use crate::check::code::Code;
use crate::check::report::Finding;
use crate::check::run::Ended;
use crate::check::words::{ending, holds_thread, quote};
use crate::desk::{Event, Log, TICK};
use end::{
    cancels, error_lost, grace_begins_anew, late, leaked, left, unexpected, waits_for_nobody,
};
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
        service::SLOW => slow(log)
            .or_else(|| late(trial, served))
            .or_else(|| left(trial, served, log)),
        service::ENDS => cancels(trial, served)
            .or_else(|| late(trial, served))
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
        service::BUSY => busy(trial, log).or_else(|| left(trial, served, log)),
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
    let ticks = log.ticks();
    (ticks < 3).then(|| {
        Finding::new(
            Code::NotCalled,
            match ticks {
                0 => format!("`{NAME}` never called `desk.tick()`, in 0.45 s in which nothing else happened."),
                _ => format!(
                    "`{NAME}` called `desk.tick()` {ticks} times in 0.45 s in which nothing else happened, and not every {} ms.",
                    TICK.as_millis()
                ),
            },
            "A branch of `select!` waits for the next tick of an `interval`, and calls `desk.tick()`: in each round, also where no \
             line has come since the last.",
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
    let in_time = ms(65) + NEARLY;
    if begun_at(log, "tea").is_some_and(|at| at <= in_time) {
        return None;
    }
    let early =
        |(at, event): &&(Duration, Event)| *at <= in_time && matches!(event, Event::Begun(_));
    Some(Finding::new(
        Code::Sequential,
        match log.events().iter().filter(early).count() {
            0 | 1 => "A line waited until the handling of the line before it had ended, which took 0.45 s.".to_owned(),
            some => format!("{some} lines were handled at the same time, and the next one waited until one of them had ended."),
        },
        "Each line is a task of its own, and begins at once: `tasks.spawn(desk.handle(line))`.",
    ))
}

fn starved(message: String, read: &str) -> Finding {
    Finding::new(Code::StarvedBranch, message, read)
}

fn flooded(trial: &Trial, log: &Log) -> Option<Finding> {
    let (all, taken) = (trial.lines().len(), log.given());
    (taken >= all).then(|| {
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
