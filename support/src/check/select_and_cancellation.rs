//! Exercise 8: what a future that is dropped takes with it.
//!
//! Judged are two functions: `next_line`, which reads a line out of pieces of bytes, and `serve`, a loop with a ticker and a
//! stop, which handles each line in a task. Both leave what they have not finished in their input. So each is dropped at every
//! one of its waits in turn, another call goes on with the same input, and the lines are compared (see `cut`). The other trials
//! of `serve` show one thing each: lines that keep coming, one that takes long, one that never ends, a stop, an error.
//!
//! All of it runs on a clock that only waiting moves. The first trial that goes wrong is the last: what goes wrong after
//! it may follow from it.

mod cut;
mod judge;
mod lines;
mod service;

use super::report::Report;
use super::run::Run;
use super::words::{figure, marks};
use crate::chart::{self, Figure};
use crate::desk::{Desk, Event, Input};
use crate::timeline::{Lane, Outcome};
use cut::Cut;
use judge::judge;
use lines::Read;
use service::{Served, TRIALS, Trial};
use std::io;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const EXERCISE: &str = "8_select_and_cancellation";

/// More waits than any of our inputs has.
const MOST_CUTS: usize = 200;

/// What was seen.
#[derive(Debug)]
struct Seen {
    /// `next_line` without a cut, before an error, then dropped at its first wait, its second, …, and last at all of them.
    lines: Vec<Run<Read>>,
    /// The lines of an input that says nothing for a long time, where those before it were right.
    rests: Option<Run<Read>>,
    serve: Vec<Service>,
}

/// One trial of `serve`: how the run ended, and what its desk saw, also where the run never ended.
#[derive(Debug)]
struct Service {
    trial: &'static Trial,
    run: Run<Served>,
    log: crate::desk::Log,
}

impl Seen {
    /// At how many waits each of the two was dropped.
    fn cuts(&self) -> (usize, usize) {
        let lines = self.lines.iter().filter(|run| lines::was_cut(run)).count();
        let serve = self.serve.iter().filter(|seen| service::was_cut(seen));
        (lines, serve.count())
    }
}

/// Judges the learner's `next_line` and `serve`.
///
/// The macro [`select_and_cancellation!`](macro@crate::select_and_cancellation) says more of what is wrong where one of them
/// does not return a future.
///
/// # Examples
///
/// ```
/// use std::io;
/// use support::check;
/// use support::desk::{Desk, Input};
/// use support::tokio_util::sync::CancellationToken;
///
/// async fn next_line(input: &mut Input) -> io::Result<Option<String>> {
///     let mut line = Vec::new(); // and what becomes of it where this future is dropped?
///     loop {
///         line.append(&mut input.begun);
///         if let Some(end) = line.iter().position(|byte| *byte == b'\n') {
///             input.begun = line.split_off(end + 1);
///             return Ok(Some(String::from_utf8_lossy(&line[..end]).into_owned()));
///         }
///         match input.source.chunk().await? {
///             Some(chunk) => line.extend(chunk),
///             None if line.is_empty() => return Ok(None),
///             None => return Ok(Some(String::from_utf8_lossy(&line).into_owned())),
///         }
///     }
/// }
///
/// async fn serve(_input: &mut Input, desk: Desk, _stop: CancellationToken) -> io::Result<()> {
///     todo!("hand each line to {desk:?}")
/// }
///
/// let report = check::select_and_cancellation(next_line, serve);
/// assert_eq!(report.findings()[0].code.name(), "bytes-lost");
/// ```
pub fn select_and_cancellation(
    next_line: impl AsyncFn(&mut Input) -> io::Result<Option<String>> + Clone + Send + 'static,
    serve: impl AsyncFn(&mut Input, Desk, CancellationToken) -> io::Result<()> + Clone + Send + 'static,
) -> Report {
    let mut seen = Seen {
        lines: vec![],
        rests: None,
        serve: vec![],
    };
    for cut in lines::cuts() {
        let run = lines::read(&next_line, cut);
        if lines::ended_before(&run) {
            // It has been dropped at each of its waits. Now at all of them.
            seen.lines.push(lines::read(&next_line, Cut::Each));
            break;
        }
        seen.lines.push(run);
        if judge::lines(&seen.lines).is_some() {
            break;
        }
    }
    if judge::lines(&seen.lines).is_none() {
        seen.rests = Some(lines::rest(&next_line));
        let fails = |kind| lines::fail(&next_line, kind);
        seen.lines.extend(lines::FAILURES.map(fails));
    }
    for trial in &TRIALS {
        seen.serve.push(service::serve(&serve, trial, 0));
        if judge::serve(&seen.serve).is_some() {
            break;
        }
    }
    let mut cut = 1;
    while judge::serve(&seen.serve).is_none() && cut < MOST_CUTS {
        let service = service::serve(&serve, &service::CUT, cut);
        let was_cut = service::was_cut(&service);
        seen.serve.push(service);
        if !was_cut {
            break;
        }
        cut += 1;
    }
    Report::new(EXERCISE, judge(&seen), explanation(&seen), drawn(&seen)).noted()
}

/// The trial that went wrong, or else the one that was stopped: the service, and inside it what it has begun.
fn drawn(seen: &Seen) -> Figure {
    let wrong = judge::serve(&seen.serve).and_then(|_| seen.serve.last());
    let stopped = seen
        .serve
        .iter()
        .find(|seen| seen.trial.name == service::STOPPED);
    let Some(service) = wrong.or(stopped) else {
        return figure("Your service", []);
    };
    let (lanes, parents) = lanes(service);
    let title = format!("Your service, {}", service.trial.name);
    let most = lanes.len().min(16);
    let drawn = chart::tree(&title, &lanes[..most], &parents[..most]);
    match lanes.len() - most {
        0 => drawn,
        left => drawn.with_note(&format!("{left} more lanes are left out.")),
    }
}

/// The service and its lines as lanes, of what a desk saw.
fn lanes(service: &Service) -> (Vec<Lane>, Vec<Option<usize>>) {
    let last = service
        .log
        .events()
        .last()
        .map_or(Duration::ZERO, |(at, _)| *at);
    let (end, outcome) = match service::returned(service) {
        Some(at) => (at, Outcome::Finished),
        None => (last, Outcome::Running),
    };
    let mut lanes = vec![marks("serve", [Duration::ZERO, end], outcome)];
    if let Some(stop) = service.trial.stop {
        let moment = Duration::from_millis(stop);
        lanes.push(marks("stop", [moment], Outcome::Finished));
    }
    let mut ticks = service
        .log
        .events()
        .iter()
        .filter(|(_, event)| *event == Event::Tick);
    let moments: Vec<_> = ticks.by_ref().map(|(at, _)| *at).take(20).collect();
    if !moments.is_empty() {
        lanes.push(marks("tick", moments, Outcome::Finished));
    }
    for (at, event) in service.log.events() {
        let (line, outcome) = match event {
            Event::Begun(line) => {
                let mut lane = marks(line.clone(), [*at], Outcome::Running);
                lane.end = last.max(end);
                lanes.push(lane);
                continue;
            }
            Event::Finished(line) => (line, Outcome::Finished),
            Event::Dropped(line) => (line, Outcome::Dropped),
            Event::Given(_) | Event::Tick => continue,
        };
        let open = |lane: &&mut Lane| lane.outcome == Outcome::Running && lane.name == *line;
        if let Some(lane) = lanes.iter_mut().skip(1).find(open) {
            *lane = marks(line.clone(), [lane.start(), *at], outcome);
        }
    }
    let parents = (0..lanes.len()).map(|index| (index > 0).then_some(0));
    let parents = parents.collect();
    (lanes, parents)
}

fn explanation(seen: &Seen) -> String {
    let (lines, serve) = seen.cuts();
    format!(
        "The check dropped `next_line` at each of its {lines} waits, and `serve` at each of its {serve}; another call went on with \
         the same input each time, and no byte was lost. That is because what had been read lay in the input, outside the futures. \
         The timer went on whatever else happened; after the stop no line was begun, and what had been begun was waited for, \
         but not for ever. In Python, a task that is cancelled gets a `CancelledError` and may clean up; here it gets \
         nothing, and only destructors clean up."
    )
}

/// Judges `next_line` and `serve`: see [`check::select_and_cancellation`](fn@crate::check::select_and_cancellation).
#[macro_export]
macro_rules! select_and_cancellation {
    ($next_line:expr, $serve:expr) => {
        $crate::check::select_and_cancellation(
            async |input: &mut $crate::desk::Input| {
                $crate::check::ask::next_line($next_line(input)).await
            },
            async |input: &mut $crate::desk::Input,
                   desk: $crate::desk::Desk,
                   stop: $crate::tokio_util::sync::CancellationToken| {
                $crate::check::ask::serve($serve(input, desk, stop)).await
            },
        )
    };
}

#[cfg(test)]
mod tests;
