//! Records when each future was polled, and when it waited.
//!
//! A future runs only while somebody polls it. [`Timeline::watch`] wraps a future and notes the beginning and the end of
//! every poll, so that a lane of the figure shows thin marks where the task ran and gaps where it waited. A future that
//! blocks its thread does so inside one poll, and shows as one long bar.
//!
//! Futures that share a task, as in `join!`, are polled together where only one of them was woken. Each watched future has
//! a waker of its own, so that a poll that nothing had woken it for, and that changed nothing, is told from the others.
//!
//! A timeline that notes wakes ([`Timeline::noting_wakes`]) also knows who woke whom: whoever ran on the thread that woke.
//! From that, and from its polls, it says of each task what tokio-console says ([`Timeline::tasks`]).
//!
//! It also records what a program says of itself: spans of `tracing` as lanes, events as marks ([`record_spans`]).
//!
//! The time is Tokio's. On a paused clock, where blocking would not show because virtual time stands still, the real
//! time spent inside polls is added to it (see [`Timeline::new`]).

mod locks;
mod on_thread;
mod record;
mod running;
mod spans;
mod tasks;
mod wakes;

use crate::chart::{self, Figure};
use crate::waker::Waker;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

pub use crate::chart::{Event, Held, Lane, Marks, Outcome, Span, Wake};
pub(crate) use locks::{Holding, holding, holds};
pub use on_thread::record_on_thread;
use record::drawn;
pub use record::{record, record_wakes};
use running::Running;
pub use spans::record_spans;
pub use tasks::record_tasks;
pub(crate) use wakes::Row;

/// A recording of several pieces of work on one clock. Clones record into the same timeline.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use std::time::Duration;
/// use support::Timeline;
///
/// let timeline = Timeline::new();
/// timeline.watch("nap", tokio::time::sleep(Duration::from_millis(5))).await;
/// let lanes = timeline.lanes();
/// assert!(lanes[0].polls.len() >= 2, "polled once to start and once to end");
/// # });
/// ```
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    shared: Arc<Mutex<Recording>>,
}

#[derive(Debug, Default)]
struct Recording {
    origin: Option<tokio::time::Instant>,
    /// Real time spent in polls while the virtual clock stood still.
    blocked: Duration,
    /// How many watched polls are nested right now, and when the outermost began. On a paused clock only.
    nested: usize,
    entered: Option<Instant>,
    paused: bool,
    lanes: Vec<Lane>,
    /// Who woke whom, where that is noted.
    wakes: Option<Vec<Wake>>,
    /// The locks that are held now: the lane, and which of its locks.
    holding: Vec<(usize, usize)>,
    /// For some lanes, the one that they are a part of.
    parents: Vec<(usize, usize)>,
    /// What was said, and where.
    events: Vec<Event>,
}

impl Recording {
    fn now(&mut self) -> Duration {
        let now = tokio::time::Instant::now();
        let origin = *self.origin.get_or_insert(now);
        let inside = self
            .entered
            .map_or(Duration::ZERO, |entered| entered.elapsed());
        now.saturating_duration_since(origin) + self.blocked + inside
    }

    fn enter(&mut self) {
        if self.paused {
            self.nested += 1;
            self.entered.get_or_insert_with(Instant::now);
        }
    }

    fn leave(&mut self) {
        if self.paused {
            self.nested -= 1;
            if self.nested == 0 {
                self.blocked += self
                    .entered
                    .take()
                    .map_or(Duration::ZERO, |entered| entered.elapsed());
            }
        }
    }
}

impl Timeline {
    /// An empty timeline. Its origin is the first thing it records.
    pub fn new() -> Self {
        Timeline::default()
    }

    /// A timeline for a runtime whose clock is paused: real time spent inside polls counts as well, so that blocking
    /// still shows.
    pub(crate) fn on_paused_clock() -> Self {
        let timeline = Timeline::new();
        timeline.recording().paused = true;
        timeline
    }

    /// Wraps a future: each poll of it is recorded under `name`.
    pub fn watch<F: Future>(&self, name: impl Into<String>, future: F) -> Watched<F> {
        let mut watched = self.watch_woken(name, future);
        watched.waker = Some(self.waker(watched.lane));
        watched
    }

    /// The same, as a part of the lane that was opened last under the name `parent`: a task is drawn inside who started it.
    pub fn watch_in<F: Future>(
        &self,
        parent: &str,
        name: impl Into<String>,
        future: F,
    ) -> Watched<F> {
        let watched = self.watch(name, future);
        let mut recording = self.recording();
        let before = &recording.lanes[..watched.lane];
        if let Some(parent) = before.iter().rposition(|lane| lane.name == parent) {
            recording.parents.push((watched.lane, parent));
        }
        drop(recording);
        watched
    }

    /// Wraps a future that is polled only where it was woken, and gets the waker of whoever polls it, as it is.
    pub(crate) fn watch_woken<F: Future>(&self, name: impl Into<String>, future: F) -> Watched<F> {
        Watched {
            lane: self.open_lane(name.into()),
            timeline: self.clone(),
            waker: None,
            future: Box::pin(future),
        }
    }

    /// Runs synchronous work and records it as one bar, on a lane of its own.
    ///
    /// In `spawn_blocking` it shows that another thread is held: `spawn_blocking(move || timeline.run("sum", sum))`.
    pub fn run<T>(&self, name: impl Into<String>, work: impl FnOnce() -> T) -> T {
        let lane = self.open_lane(name.into());
        let value = self.poll(lane, work);
        self.close_lane(lane, Outcome::Finished);
        value
    }

    /// Runs `work` as a poll on a lane.
    fn poll<T>(&self, lane: usize, work: impl FnOnce() -> T) -> T {
        let _poll = RecordedPoll::new(self, lane);
        work()
    }

    /// What was recorded so far, in the order in which the work was handed over.
    pub fn lanes(&self) -> Vec<Lane> {
        let mut recording = self.recording();
        if recording.lanes.is_empty() {
            return Vec::new();
        }
        let now = recording.now();
        let mut lanes = recording.lanes.clone();
        for lane in lanes
            .iter_mut()
            .filter(|lane| lane.outcome == Outcome::Running)
        {
            lane.end = now;
        }
        for (lane, lock) in &recording.holding {
            lanes[*lane].held[*lock].span.end = now;
        }
        lanes
    }

    /// The recording as a figure.
    pub fn figure(&self, title: impl AsRef<str>) -> Figure {
        let (lanes, wakes) = (self.lanes(), self.wakes());
        let mut parents = vec![None; lanes.len()];
        let recording = self.recording();
        for (lane, parent) in &recording.parents {
            if let Some(of) = parents.get_mut(*lane) {
                *of = Some(*parent);
            }
        }
        let events = recording.events.clone();
        drop(recording);
        chart::timeline(title.as_ref(), &lanes, &parents, &wakes, &events)
    }

    fn recording(&self) -> MutexGuard<'_, Recording> {
        // A panic between two fields of a recording leaves a picture that is at worst one mark short.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open_lane(&self, name: String) -> usize {
        let mut recording = self.recording();
        recording.lanes.push(Lane {
            name,
            polls: Vec::new(),
            marks: Marks::Polls,
            in_vain: Vec::new(),
            held: Vec::new(),
            outcome: Outcome::Running,
            end: Duration::ZERO,
        });
        recording.lanes.len() - 1
    }

    fn close_lane(&self, lane: usize, outcome: Outcome) {
        let mut recording = self.recording();
        let now = recording.now();
        let lane = &mut recording.lanes[lane];
        lane.outcome = outcome;
        // A task that finished did so in its last poll; one that was dropped ended when it was dropped.
        lane.end = match (outcome, lane.polls.last()) {
            (Outcome::Finished | Outcome::Panicked, Some(poll)) => poll.end,
            _ => now,
        };
    }
}

/// Notes the beginning of a poll, and its end when dropped, even by a panic.
struct RecordedPoll<'a> {
    timeline: &'a Timeline,
    lane: usize,
    start: Duration,
    in_vain: bool,
    _running: Running,
}

impl<'a> RecordedPoll<'a> {
    fn new(timeline: &'a Timeline, lane: usize) -> Self {
        let mut recording = timeline.recording();
        recording.enter();
        let start = recording.now();
        RecordedPoll {
            timeline,
            lane,
            start,
            in_vain: false,
            _running: Running::new(timeline, lane),
        }
    }
}

impl Drop for RecordedPoll<'_> {
    fn drop(&mut self) {
        let mut recording = self.timeline.recording();
        let end = recording.now();
        recording.leave();
        let lane = &mut recording.lanes[self.lane];
        let span = Span {
            start: self.start,
            end,
        };
        if self.in_vain {
            lane.in_vain.push(span);
        } else {
            lane.polls.push(span);
        }
        if std::thread::panicking() {
            lane.outcome = Outcome::Panicked;
            lane.end = end;
        }
    }
}

/// A future whose polls are recorded. Made by [`Timeline::watch`].
#[derive(Debug)]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Watched<F> {
    timeline: Timeline,
    lane: usize,
    waker: Option<Arc<Waker>>,
    // Boxed: pinning a field in place takes unsafe code or a macro, and an allocation a task costs nothing here.
    future: Pin<Box<F>>,
}

impl<F: Future> Future for Watched<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let timeline = self.timeline.clone();
        let waker = self.waker.clone();
        let woken = waker.as_ref().is_none_or(|own| {
            own.forward_to(context.waker());
            own.take()
        });
        let own = waker.map(std::task::Waker::from);
        let mut context = Context::from_waker(own.as_ref().unwrap_or(context.waker()));
        let mut poll = RecordedPoll::new(&timeline, self.lane);
        let outcome = self.future.as_mut().poll(&mut context);
        poll.in_vain = !woken && outcome.is_pending();
        drop(poll);
        if outcome.is_ready() {
            timeline.close_lane(self.lane, Outcome::Finished);
            self.let_go();
        }
        outcome
    }
}

impl<F> Watched<F> {
    /// Whoever still holds a clone of our waker shall not hold the task that polled us.
    fn let_go(&self) {
        if let Some(waker) = &self.waker {
            waker.let_go();
        }
    }
}

impl<F> Drop for Watched<F> {
    fn drop(&mut self) {
        self.let_go();
        let running = self.timeline.recording().lanes[self.lane].outcome == Outcome::Running;
        if running {
            self.timeline.close_lane(self.lane, Outcome::Dropped);
        }
    }
}

#[cfg(test)]
mod tests;
