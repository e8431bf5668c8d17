//! Exercise 6: a future by hand.
//!
//! Judged are a timer, a `join` of two, an `async fn` that was taken apart into an enum, and an executor. The futures are polled
//! by hand, on a reactor that is moved by hand, with wakers that count. The executor runs futures of ours on a thread that
//! is watched from outside. What a verdict rests on is polls and wakes, and never a time.

mod driven;
mod joined;
mod judge;
mod plans;
mod probes;
mod trial;

use super::ask::{Join, TakenApart, Timer};
use super::observe::observe;
use super::report::Report;
use super::run::{Ended, Run};
use super::words::{figure, holds_thread};
use crate::chart::{self, Figure, Lane, Marks, Outcome, Span, Wake};
use crate::reactor::Reactor;
use driven::{Manner, Overdue, Waiting};
use futures::future::BoxFuture;
use joined::Joined;
use judge::judge;
use plans::PLANS;
use std::sync::Arc;
use std::time::Duration;
use trial::{Executor, Make, Tried};

pub use joined::Child;

const EXERCISE: &str = "6_future_by_hand";

/// How long a timer waits, and the step of the `async fn`, whose second wait takes two. No numbers of the notebook.
const WAIT: Duration = Duration::from_micros(700_500);
const STEP: Duration = Duration::from_micros(300_500);

/// What was seen.
#[derive(Debug)]
struct Seen {
    /// The timer, in each [`Manner`].
    timers: Vec<Run<Waiting<()>>>,
    /// The timer, polled when its time was over.
    overdue: Option<Run<Overdue>>,
    joins: Vec<Run<Joined>>,
    /// What was taken apart, the same.
    apart: Vec<Run<Waiting<[Duration; 2]>>>,
    /// What was taken apart, polled a step after it was made.
    begins: Option<Run<Overdue>>,
    tried: Vec<Tried>,
}

/// An executor with the functions that are called of it.
struct Own<E, S, B> {
    executor: E,
    spawn: S,
    block_on: B,
}

impl<E, S, B> Executor for Own<E, S, B>
where
    E: Clone + Send + 'static,
    S: Fn(&E, BoxFuture<'static, ()>) + Clone + Send + 'static,
    B: Fn(&E, BoxFuture<'static, u32>) -> u32 + Clone + Send + 'static,
{
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        (self.spawn)(&self.executor, task);
    }

    fn block_on(&self, future: BoxFuture<'static, u32>) -> u32 {
        (self.block_on)(&self.executor, future)
    }

    fn again(&self) -> Box<dyn Executor> {
        Box::new(Own {
            executor: self.executor.clone(),
            spawn: self.spawn.clone(),
            block_on: self.block_on.clone(),
        })
    }
}

/// Judges the learner's futures and executor.
///
/// `timer(reactor, wait)` is ready once `wait` is over; `join(a, b)` is ready with both values; `taken_apart(reactor, step)`
/// waits for one step, then for two, and returns the reactor's time after each. The last three make an executor, spawn
/// a task on it, and run a future on it to its end. The macro
/// [`future_by_hand!`](macro@crate::future_by_hand) names them all by the name of the executor's type.
///
/// # Examples
///
/// ```
/// use std::pin::Pin;
/// use std::task::{Context, Poll};
/// use std::time::Duration;
/// use futures::future::{BoxFuture, join};
/// use support::reactor::Reactor;
///
/// struct Timer;
///
/// impl Future for Timer {
///     type Output = ();
///
///     fn poll(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<()> {
///         Poll::Pending // and who wakes us?
///     }
/// }
///
/// fn timer(_reactor: Reactor, _wait: Duration) -> Timer {
///     Timer
/// }
///
/// async fn taken_apart(_reactor: Reactor, step: Duration) -> [Duration; 2] {
///     todo!("wait for {step:?}")
/// }
///
/// #[derive(Clone)]
/// struct Executor;
///
/// impl Executor {
///     fn new() -> Self {
///         todo!("make an empty queue")
///     }
///     fn spawn(&self, _task: BoxFuture<'static, ()>) {}
///     fn block_on(&self, _future: BoxFuture<'static, u32>) -> u32 {
///         7
///     }
/// }
///
/// let report = support::future_by_hand!(timer, join, taken_apart, Executor);
/// assert_eq!(report.findings()[0].code.name(), "never-woken");
/// ```
pub fn future_by_hand<T: Timer, J: Join, A: TakenApart, E: Clone + Send + 'static>(
    timer: impl Fn(Reactor, Duration) -> T + Clone + Send + 'static,
    join: impl Fn(Child, Child) -> J + Clone + Send + 'static,
    taken_apart: impl Fn(Reactor, Duration) -> A + Clone + Send + 'static,
    new: impl Fn() -> E + Clone + Send + Sync + 'static,
    spawn: impl Fn(&E, BoxFuture<'static, ()>) + Clone + Send + Sync + 'static,
    block_on: impl Fn(&E, BoxFuture<'static, u32>) -> u32 + Clone + Send + Sync + 'static,
) -> Report {
    let mut seen = Seen {
        timers: until_wrong(Manner::ALL, |manner| {
            let timer = timer.clone();
            observe("timer", move || {
                let timer = timer.clone();
                async move { driven::wait(|reactor| timer(reactor, WAIT), &[WAIT], manner) }
            })
        }),
        joins: until_wrong(joined::CASES, |case| {
            let join = join.clone();
            observe("join", move || {
                let join = join.clone();
                async move { joined::drive(join, &case) }
            })
        }),
        overdue: None,
        apart: Vec::new(),
        begins: None,
        tried: Vec::new(),
    };
    // It waits by the timer.
    if judge::timer(&seen.timers).is_none() {
        let timer = timer.clone();
        seen.overdue = Some(observe("timer", move || {
            let timer = timer.clone();
            async move { driven::overdue(|reactor| timer(reactor, WAIT), WAIT) }
        }));
        let start = taken_apart.clone();
        seen.begins = Some(observe("taken_apart", move || {
            let start = start.clone();
            async move { driven::overdue(|reactor| start(reactor, STEP), STEP) }
        }));
        seen.apart = until_wrong(Manner::ALL, |manner| {
            let taken_apart = taken_apart.clone();
            observe("taken_apart", move || {
                let start = taken_apart.clone();
                async move { driven::wait(|reactor| start(reactor, STEP), &[STEP, 2 * STEP], manner) }
            })
        });
    }
    let make: Make = Arc::new(move || {
        Box::new(Own {
            executor: new(),
            spawn: spawn.clone(),
            block_on: block_on.clone(),
        })
    });
    for plan in &PLANS {
        let tried = trial::run(&make, plan);
        let wrong = judge::executor(&tried).is_some();
        seen.tried.push(tried);
        if wrong {
            break;
        }
    }
    Report::new(EXERCISE, judge(&seen), explanation(&seen), drawn(&seen)).noted()
}

/// Runs one case after the other, until one does not come back as it should: the next would only be as slow.
fn until_wrong<C, T>(cases: impl IntoIterator<Item = C>, run: impl Fn(C) -> Run<T>) -> Vec<Run<T>> {
    let mut runs = Vec::new();
    for case in cases {
        let run = run(case);
        let back = matches!(run.ended, Ended::Returned(_)) && holds_thread("", &run).is_none();
        runs.push(run);
        if !back {
            break;
        }
    }
    runs
}

fn explanation(seen: &Seen) -> String {
    fn polls<T>(runs: &[Run<Waiting<T>>]) -> usize {
        first(runs).map_or(0, |waiting| waiting.polled.len())
    }
    let noted = || seen.tried.iter().flat_map(|tried| &tried.probes);
    let all: usize = noted().map(|noted| noted.polls).sum();
    let wakes: usize = noted().map(|noted| noted.wakes).sum();
    format!(
        "Your timer was polled {} times: once to tell the reactor whom to wake, and once when it was woken. What you took \
         apart was polled {} times, for two waits. Your executor ran {} futures in {} trials with {all} polls: the first of \
         each, and after that never more than the {wakes} wakes. It slept while there was nothing to do. So much of a runtime \
         is this: a queue, wakers that fill it, and somebody outside who wakes.",
        polls(&seen.timers),
        polls(&seen.apart),
        noted().count(),
        seen.tried.len(),
    )
}

/// The first run of a future that waits, where it came back.
fn first<T>(runs: &[Run<Waiting<T>>]) -> Option<&Waiting<T>> {
    match &runs.first()?.ended {
        Ended::Returned(waiting) => Some(waiting),
        _ => None,
    }
}

/// The learner's futures, by the reactor's time.
fn drawn(seen: &Seen) -> Figure {
    let title = "Your futures, on a reactor that the check moves";
    let mut moments = Vec::new();
    let (mut lanes, mut wakes) = (Vec::new(), Vec::new());
    let timer = first(&seen.timers).map(|w| ("timer", &w.polled, &w.woken, w.value.is_some()));
    let apart = first(&seen.apart).map(|w| ("taken_apart", &w.polled, &w.woken, w.value.is_some()));
    for (name, polled, woken, ended) in timer.into_iter().chain(apart) {
        let lane = lanes.len() + 1;
        wakes.extend(woken.iter().map(|at| Wake {
            at: *at,
            by: Some(0),
            lane,
        }));
        moments.extend(woken.iter().copied());
        let outcome = if ended {
            Outcome::Finished
        } else {
            Outcome::Running
        };
        lanes.push(polls(name, polled, outcome));
    }
    if lanes.is_empty() {
        return figure(title, []);
    }
    moments.sort();
    lanes.insert(0, polls("reactor", &moments, Outcome::Finished));
    chart::lanes_with_wakes(title, &lanes, &wakes)
}

/// A lane of polls that take no time.
fn polls(name: &str, moments: &[Duration], outcome: Outcome) -> Lane {
    let end = moments.last().copied().unwrap_or_default();
    Lane {
        name: name.to_owned(),
        polls: moments
            .iter()
            .map(|at| Span {
                start: *at,
                end: *at,
            })
            .collect(),
        marks: Marks::Polls,
        in_vain: Vec::new(),
        held: Vec::new(),
        outcome,
        end: if outcome == Outcome::Running {
            end.max(WAIT)
        } else {
            end
        },
    }
}

/// [`check::future_by_hand`](fn@crate::check::future_by_hand) of a timer, a join, an `async fn` taken apart, and the type of an
/// executor with the functions `new`, `spawn` and `block_on`.
#[macro_export]
macro_rules! future_by_hand {
    ($timer:path, $join:path, $taken_apart:path, $executor:ty) => {
        $crate::check::future_by_hand(
            $timer,
            $join,
            $taken_apart,
            <$executor>::new,
            <$executor>::spawn,
            <$executor>::block_on,
        )
    };
}
