//! Exercise 5: a data pipeline.
//!
//! Judged is one function, `pipeline`, twice: with items that are all good, and with items of which some fail, for good
//! or for a while. The service counts what is in flight and holds one answer back until something is saved; the
//! processing notes where it runs; and a reader has one of the files open while it is written anew. Time is moved by the
//! check, so that a pause costs none, and is as long as it is.

mod judge;
mod parts;

use super::ask::Pipeline;
use super::observe::steadily;
use super::report::Report;
use super::run::{Clock, Ended, Run, Stretch, run};
use super::words::{figure, marks};
use crate::pipeline::Given;
use crate::server::{Counts, Fault, Request, Server};
use crate::timeline::{Lane, Outcome, Timeline};
use judge::judge;
use parts::{Parts, Processing};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io;
use std::time::Duration;

const EXERCISE: &str = "5_data_pipeline";

/// How many requests may be in flight at the same time.
const LIMIT: usize = 3;

/// What a run is made of.
#[derive(Debug)]
struct Plan {
    /// The items, and what the service does where it does not give one at once.
    items: &'static [(u32, Option<Fault>)],
    /// Whether the last answer is held back until something is saved, and the second until more are asked for.
    held: bool,
}

/// Eight items, all of them good.
const GOOD: Plan = Plan {
    items: &[
        (3, None),
        (1, None),
        (8, None),
        (12, None),
        (5, None),
        (7, None),
        (2, None),
        (30, None),
    ],
    held: true,
};

/// Items that fail, each in another way. Four are asked for again at the same time, one more than allowed.
const MIXED: Plan = Plan {
    items: &[
        (11, None),
        (0, None),
        (3, Some(Fault::Flaky(2))),
        (4, Some(Fault::Busy(1))),
        (5, Some(Fault::Malformed)),
        (9, Some(Fault::Status(503))),
        (7, Some(Fault::Flaky(1))),
        (13, Some(Fault::Status(500))),
        (6, None),
        (15, Some(Fault::Status(410))),
    ],
    held: false,
};

impl Plan {
    /// The items that can be had, at once or by asking again.
    fn good(&self) -> impl Iterator<Item = u32> {
        let good = |(id, fault): &(u32, Option<Fault>)| {
            let comes = matches!(fault, None | Some(Fault::Flaky(_) | Fault::Busy(_)));
            (*id > 0 && comes).then_some(*id)
        };
        self.items.iter().filter_map(good)
    }

    /// Those of them that come only where they are asked for again.
    fn retried(&self) -> impl Iterator<Item = u32> {
        let retried = |(id, fault): &(u32, Option<Fault>)| {
            matches!(fault, Some(Fault::Flaky(_) | Fault::Busy(_))).then_some(*id)
        };
        self.items.iter().filter_map(retried)
    }
}

/// A result without the types of the learner: the id of the item, or the error in words.
type Saved = Result<u32, String>;

/// What one run left behind.
#[derive(Debug)]
struct Seen {
    run: Run<Vec<Saved>>,
    counts: Counts,
    log: Vec<Request>,
    /// The last answer, which was held back, went out although nothing was saved.
    gave_up: bool,
    /// The second one went out although nobody had asked for more than the first few.
    batches: bool,
    processing: Processing,
    /// What is in the folder: names and content.
    files: BTreeMap<String, String>,
    /// What the reader sees, which had its file open all the time.
    reader: String,
    /// What the learner recorded.
    lanes: Vec<Lane>,
}

/// Judges the learner's `pipeline`.
///
/// `pipeline(given)` is to fetch, process and save every item, with at most three requests in flight, and to return for
/// each URL, in any order, the id of the item, or the error that kept it from being saved.
///
/// # Examples
///
/// ```
/// use support::check;
/// use support::pipeline::Given;
///
/// async fn pipeline(given: Given) -> Vec<Result<u32, String>> {
///     todo!("fetch, process and save {} items", given.urls.len())
/// }
///
/// let report = check::data_pipeline(pipeline);
/// assert_eq!(report.findings()[0].code.name(), "not-written");
/// ```
pub fn data_pipeline<Runs: Pipeline<E>, E>(
    pipeline: impl Fn(Given) -> Runs + Clone + Send + 'static,
) -> Report
where
    E: Display + 'static,
{
    let looked = look(&pipeline, &GOOD).and_then(|good| {
        let mixed = match good.run.ended {
            Ended::Returned(_) => Some(look(&pipeline, &MIXED)?),
            _ => None,
        };
        Ok((good, mixed))
    });
    match looked {
        Ok((good, mixed)) => {
            let findings = judge(&good, mixed.as_ref());
            let lanes = mixed.as_ref().unwrap_or(&good).lanes.clone();
            let title = "Your pipeline, with items that fail, on a clock that only waiting moves";
            Report::new(EXERCISE, findings, explanation(&good), figure(title, lanes)).noted()
        }
        Err(error) => Report::impossible(
            EXERCISE,
            &format!("The parts of the pipeline could not be made: {error}."),
        ),
    }
}

/// Runs the pipeline, on a runtime with several threads where it needs one, and again where it seems to block.
fn look<Runs: Pipeline<E>, E: Display + 'static>(
    pipeline: &(impl Fn(Given) -> Runs + Clone + Send + 'static),
    plan: &'static Plan,
) -> io::Result<Seen> {
    let mut first = once(pipeline, plan, false)?;
    let real = first.run.one_thread;
    if real {
        first = once(pipeline, plan, true)?;
    }
    let blocks = first.processing.on_the_runtime || first.processing.in_its_midst;
    if blocks || !matches!(first.run.ended, Ended::Returned(_)) {
        return Ok(first);
    }
    steadily(&mut first.run.longest, || {
        // A run that could not be made says nothing about blocking.
        once(pipeline, plan, real).map_or_else(|_| Stretch::default(), |seen| seen.run.longest)
    });
    Ok(first)
}

fn once<Runs: Pipeline<E>, E: Display + 'static>(
    pipeline: &(impl Fn(Given) -> Runs + Clone + Send + 'static),
    plan: &'static Plan,
    real: bool,
) -> io::Result<Seen> {
    let mut parts = Parts::new(plan)?;
    let timeline = Timeline::new();
    let (given, process) = (parts.given(timeline.clone()), parts.process.clone());
    let clock = match real {
        false => Clock::Service(parts.server.clone()),
        true => Clock::Real(Some(parts.server.clone())),
    };
    let pipeline = pipeline.clone();
    let run = run("pipeline", &clock, move || async move {
        process.root_is_here();
        plainly(pipeline(given).await)
    });
    let lanes = match timeline.lanes() {
        lanes if !lanes.is_empty() => lanes,
        _ => requests(&parts.server),
    };
    let gave_up = |id: Option<u32>| id.is_some_and(|id| parts.server.gave_up(&parts::path(id)));
    Ok(Seen {
        counts: parts.server.counts(),
        log: parts.server.log(),
        gave_up: gave_up(plan.items.last().map(|(id, _)| *id)),
        batches: gave_up(Some(parts::second(plan))),
        processing: parts.process.seen(),
        files: parts.files()?,
        reader: parts.reader()?,
        lanes,
        run,
    })
}

fn plainly<E: Display>(results: Vec<Result<u32, E>>) -> Vec<Saved> {
    let plain = |result: Result<u32, E>| result.map_err(|error| error.to_string());
    results.into_iter().map(plain).collect()
}

/// The requests as lanes, where the learner's pipeline recorded nothing itself.
fn requests(server: &Server) -> Vec<Lane> {
    let log = server.log();
    let origin = log.first().map_or(Duration::ZERO, |request| request.start);
    log.into_iter()
        .map(|request| {
            let moments = [Some(request.start), request.end];
            let moments = moments.into_iter().flatten().map(|at| at - origin);
            marks(request.path, moments, Outcome::Finished)
        })
        .collect()
}

fn explanation(seen: &Seen) -> String {
    format!(
        "{} requests, never more than {} in flight; the first file was there before the last answer; processing kept off the \
         runtime; every file appeared whole. What failed was tried again where that could help, and reported where it could \
         not. In Python: a `Semaphore`, `asyncio.to_thread`, `os.replace`, and `gather(*items, return_exceptions=True)`.",
        seen.counts.requests, seen.counts.most_in_flight
    )
}
