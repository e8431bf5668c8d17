//! Spans and events of `tracing`, as lanes and marks: a subscriber that writes into a timeline.
//!
//! A span that is entered runs; one that is there and not entered waits; one that is closed has ended. An event is a mark on
//! the lane of the span in which it is said.
//!
//! `tracing` does not know what a future is, so three things are not known here. A future that ended and one that was dropped
//! both close their span. [`Instrument`](tracing::Instrument) enters its span for each poll, and once more to drop the future.
//! And a poll that nothing had woken the future for looks as any other.
//!
//! A program sets one subscriber, for all of its threads, when it starts. Here each figure has its own, so that a notebook has
//! many; it holds for the tasks that run on the thread of the recording. Of other threads, it sees the spans that were made on
//! this one.

use super::{Event, Outcome, Recording, Span, Timeline, drawn, running};
use crate::chart::Figure;
use crate::panics::{self, Payload};
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;
use tokio::task::LocalSet;
use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber as _;
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Subscriber;
use tracing::{Dispatch, Metadata};
use tracing_core::span::Current;

/// What is finer than this is not recorded: libraries say much at `DEBUG` and `TRACE`.
const FINEST: LevelFilter = LevelFilter::INFO;

/// Records the spans of `tracing` in which `work` is, with their events, and draws them.
///
/// A span is a lane, named as the span with its fields; an event is a mark with a number, and its text stands under the figure.
/// A lane lies inside the span that was entered when it began. Levels up to `INFO` count.
///
/// All runs on one thread, which `tokio::task::spawn_local` gives tasks to; those that have not ended with `work` are drawn as
/// they are, and then dropped. Work that is still a `todo!` gives a figure that says so; any other panic goes on.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// use std::time::Duration;
/// use support::timeline;
/// use tracing::{Instrument, info, info_span};
///
/// let figure = timeline::record_spans("A nap", async |_| {
///     let nap = async {
///         tokio::time::sleep(Duration::from_millis(5)).await;
///         info!("slept well");
///     };
///     nap.instrument(info_span!("nap", of = "the cat")).await;
/// })
/// .await;
/// assert!(figure.svg().contains("nap of=the cat"));
/// assert!(figure.to_string().contains("1: slept well"));
/// # });
/// ```
pub async fn record_spans<T>(
    title: impl AsRef<str>,
    work: impl AsyncFnOnce(Timeline) -> T,
) -> Figure {
    let timeline = Timeline::new();
    let recorded = on_this_thread(work(timeline.clone()));
    let (ended, tasks) = recorded.with_subscriber(timeline.subscriber()).await;
    let figure = drawn(&timeline, title.as_ref(), ended);
    drop(tasks);
    figure
}

/// Runs work and the tasks that it spawns locally. Those that have not ended live as long as the set.
pub(super) async fn on_this_thread<T>(
    work: impl Future<Output = T>,
) -> (Result<T, Payload>, LocalSet) {
    let tasks = LocalSet::new();
    let ended = tasks.run_until(panics::catch_async(work)).await;
    (ended, tasks)
}

impl Timeline {
    /// A subscriber of `tracing` that records spans and events here.
    pub(crate) fn subscriber(&self) -> Dispatch {
        Dispatch::new(Spans {
            timeline: self.clone(),
            open: Mutex::default(),
        })
    }
}

/// The spans of a timeline that are not closed, by their lanes.
#[derive(Debug)]
struct Spans {
    timeline: Timeline,
    open: Mutex<HashMap<usize, Open>>,
}

#[derive(Debug)]
struct Open {
    metadata: &'static Metadata<'static>,
    /// How many hold the span; the last of them closes it.
    owners: usize,
    /// Where it is entered, and since when.
    entered: Vec<(ThreadId, Duration)>,
}

/// A span's number is that of its lane, and no number of `tracing` is zero.
fn id(lane: usize) -> Id {
    Id::from_u64(lane as u64 + 1)
}

fn lane(id: &Id) -> usize {
    id.into_u64() as usize - 1
}

impl Spans {
    fn open(&self) -> MutexGuard<'_, HashMap<usize, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn recording(&self) -> MutexGuard<'_, Recording> {
        self.timeline.recording()
    }

    /// The lane of a new span or event's parent: the one that it names, or else who runs here.
    fn parent(&self, named: Option<&Id>, contextual: bool) -> Option<usize> {
        match named {
            Some(named) => Some(lane(named)),
            None if contextual => running::innermost_of(&self.timeline),
            None => None,
        }
    }
}

impl Subscriber for Spans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= FINEST
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(FINEST)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut text = Text::default();
        span.record(&mut text);
        let name = format!("{}{}", span.metadata().name(), text.fields);
        let parent = self.parent(span.parent(), span.is_contextual());
        let lane = self.timeline.open_lane(name);
        if let Some(parent) = parent {
            self.recording().parents.push((lane, parent));
        }
        let open = Open {
            metadata: span.metadata(),
            owners: 1,
            entered: Vec::new(),
        };
        self.open().insert(lane, open);
        id(lane)
    }

    /// A field that was `Empty` has its value.
    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut text = Text::default();
        values.record(&mut text);
        self.recording().lanes[lane(span)].name += &text.fields;
    }

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut text = Text::default();
        event.record(&mut text);
        // What is said outside of every span has no lane.
        let Some(lane) = self.parent(event.parent(), event.is_contextual()) else {
            return;
        };
        let mut recording = self.recording();
        let at = recording.now();
        let text = format!("{}{}", text.message, text.fields);
        let text = text.trim().to_owned();
        recording.events.push(Event { at, lane, text });
    }

    fn enter(&self, span: &Id) {
        let lane = lane(span);
        let mut recording = self.recording();
        recording.enter();
        let now = recording.now();
        drop(recording);
        if let Some(open) = self.open().get_mut(&lane) {
            open.entered.push((thread::current().id(), now));
        }
        running::enters(&self.timeline, lane);
    }

    fn exit(&self, span: &Id) {
        let lane = lane(span);
        running::leaves(&self.timeline, lane);
        let here = thread::current().id();
        let mut open = self.open();
        let Some(open) = open.get_mut(&lane) else {
            return;
        };
        let on_this = |(thread, _): &(ThreadId, Duration)| *thread == here;
        let Some(place) = open.entered.iter().rposition(on_this) else {
            return;
        };
        let (_, start) = open.entered.remove(place);
        let mut recording = self.recording();
        let end = recording.now();
        recording.leave();
        let lane = &mut recording.lanes[lane];
        let after = lane.polls.partition_point(|poll| poll.start <= start);
        lane.polls.insert(after, Span { start, end });
        if thread::panicking() {
            lane.outcome = Outcome::Panicked;
            lane.end = end;
        }
    }

    fn clone_span(&self, span: &Id) -> Id {
        if let Some(open) = self.open().get_mut(&lane(span)) {
            open.owners += 1;
        }
        span.clone()
    }

    fn try_close(&self, span: Id) -> bool {
        let lane = lane(&span);
        let mut spans = self.open();
        let Some(open) = spans.get_mut(&lane) else {
            return false;
        };
        open.owners -= 1;
        if open.owners > 0 {
            return false;
        }
        spans.remove(&lane);
        let mut recording = self.recording();
        let now = recording.now();
        let lane = &mut recording.lanes[lane];
        if lane.outcome == Outcome::Running {
            lane.outcome = Outcome::Finished;
            lane.end = now;
        }
        true
    }

    fn current_span(&self) -> Current {
        let lane = running::innermost_of(&self.timeline);
        let open = self.open();
        // A lane that somebody watches is none of ours.
        let span = lane.and_then(|lane| Some((lane, open.get(&lane)?.metadata)));
        span.map_or_else(Current::none, |(lane, metadata)| {
            Current::new(id(lane), metadata)
        })
    }
}

/// What fields say: the message, and ` name=value` of all others.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing into a string does not fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }

    /// A text stands without its quotation marks.
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
}

#[cfg(test)]
mod tests;
