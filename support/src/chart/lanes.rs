//! Lanes: one task a row, a solid mark for every poll, a pale band where the task waited, darker under a line where it held a
//! lock.

mod events;
mod picture;
mod tree;
mod wakes;
mod words;

use super::{Figure, seconds, text};
use std::time::Duration;
use tree::Tree;

pub use events::Event;
pub use wakes::Wake;

/// A stretch of time, from the origin of its figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// When it began.
    pub start: Duration,
    /// When it ended.
    pub end: Duration,
}

impl Span {
    /// How long it was.
    pub fn length(&self) -> Duration {
        self.end.saturating_sub(self.start)
    }
}

/// A lock that a piece of work held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What the lock is called.
    pub lock: String,
    /// From when it had it until it gave it back.
    pub span: Span,
}

/// How a lane ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The work had not ended when the timeline was read.
    Running,
    /// The work returned.
    Finished,
    /// The future was dropped before its end: cancelled.
    Dropped,
    /// The work panicked.
    Panicked,
}

/// What the marks of a lane are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marks {
    /// Polls of a future, or a piece of synchronous work: a thread was held.
    Polls,
    /// What somebody else saw: a request came, a connection was closed. Who ran meanwhile, nobody knows.
    Events,
}

impl Marks {
    /// What solid means, and pale.
    fn signs(self) -> (&'static str, &'static str) {
        match self {
            Marks::Polls => ("runs", "waits"),
            Marks::Events => ("something happens", "is under way"),
        }
    }
}

/// What one piece of work did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// What the work is called.
    pub name: String,
    /// Each poll that the future was woken for, in order, with the first; a synchronous piece of work has one.
    pub polls: Vec<Span>,
    /// What these are.
    pub marks: Marks,
    /// Polls for which nothing had woken the future, and after which it waited as before: another one of its task was woken.
    pub in_vain: Vec<Span>,
    /// The locks that it held, in the order in which it got them.
    pub held: Vec<Held>,
    /// How it ended.
    pub outcome: Outcome,
    /// When it ended, or when the timeline was read.
    pub end: Duration,
}

impl Lane {
    /// When the work was first polled; its end where it never was.
    pub fn start(&self) -> Duration {
        self.polls.first().map_or(self.end, |poll| poll.start)
    }

    /// The time in which the work held its thread.
    pub fn busy(&self) -> Duration {
        self.every_poll().map(Span::length).sum()
    }

    /// The longest single poll: how long the thread was kept from everybody else at worst.
    pub fn longest_poll(&self) -> Duration {
        self.every_poll()
            .map(Span::length)
            .max()
            .unwrap_or_default()
    }

    /// The times in which it held a lock, whichever, in order and apart from each other.
    pub fn locked(&self) -> Vec<Span> {
        let mut spans: Vec<Span> = self.held.iter().map(|held| held.span).collect();
        spans.sort_by_key(|span| span.start);
        let mut apart: Vec<Span> = Vec::new();
        for span in spans {
            match apart.last_mut() {
                Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
                _ => apart.push(span),
            }
        }
        apart
    }

    fn every_poll(&self) -> impl Iterator<Item = &Span> {
        self.polls.iter().chain(&self.in_vain)
    }
}

/// A timeline: time runs to the right, each task has a lane.
///
/// Lanes of one name have one colour; where names have parts, as in `item 1 · fetch`, the first part counts.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use support::chart::{self, Lane, Marks, Outcome, Span};
///
/// let ms = Duration::from_millis;
/// let lane = Lane {
///     name: "data1".to_owned(),
///     polls: vec![Span { start: ms(0), end: ms(1) }, Span { start: ms(200), end: ms(201) }],
///     marks: Marks::Polls,
///     in_vain: vec![],
///     held: vec![],
///     outcome: Outcome::Finished,
///     end: ms(201),
/// };
/// let figure = chart::lanes("One fetch", &[lane]);
/// assert!(figure.description().starts_with("data1 waits, and nothing else is drawn."));
/// ```
pub fn lanes(title: &str, lanes: &[Lane]) -> Figure {
    timeline(title, lanes, &[], &[], &[])
}

/// The same as [`lanes`], with an arrow for every wake, from who woke to who then ran.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use support::chart::{self, Lane, Marks, Outcome, Span, Wake};
///
/// let at = |ms| Span { start: Duration::from_millis(ms), end: Duration::from_millis(ms) };
/// let lane = |name: &str, polls: Vec<Span>| Lane {
///     name: name.to_owned(),
///     end: polls[polls.len() - 1].end,
///     polls,
///     marks: Marks::Polls,
///     in_vain: vec![],
///     held: vec![],
///     outcome: Outcome::Finished,
/// };
/// let lanes = [lane("reactor", vec![at(200)]), lane("timer", vec![at(0), at(200)])];
/// let wake = Wake { at: Duration::from_millis(200), by: Some(0), lane: 1 };
/// let figure = chart::lanes_with_wakes("One timer", &lanes, &[wake]);
/// assert!(figure.description().starts_with("Every poll after a lane's first one follows a wake."));
/// ```
pub fn lanes_with_wakes(title: &str, lanes: &[Lane], wakes: &[Wake]) -> Figure {
    timeline(title, lanes, &[], wakes, &[])
}

/// The same as [`lanes`], as a tree: a lane whose parent is the lane at that index stands below it, in a frame from its parent's
/// beginning to its end. A lane without a parent there, or whose parent comes later, is at the root.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use support::chart::{self, Lane, Marks, Outcome, Span};
///
/// let at = |ms| Span { start: Duration::from_millis(ms), end: Duration::from_millis(ms) };
/// let lane = |name: &str, from, to| Lane {
///     name: name.to_owned(),
///     polls: vec![at(from), at(to)],
///     marks: Marks::Polls,
///     in_vain: vec![],
///     held: vec![],
///     outcome: Outcome::Finished,
///     end: at(to).end,
/// };
/// let figure = chart::tree("A service", &[lane("serve", 0, 100), lane("tea", 20, 250)], &[None, Some(0)]);
/// assert!(figure.description().starts_with("One lane is inside serve, and tea goes on behind its end."));
/// ```
pub fn tree(title: &str, lanes: &[Lane], parents: &[Option<usize>]) -> Figure {
    timeline(title, lanes, parents, &[], &[])
}

/// The same as [`lanes`], with a numbered mark for each event; what was said stands under the figure.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use support::chart::{self, Event, Lane, Marks, Outcome, Span};
///
/// let ms = Duration::from_millis;
/// let lane = Lane {
///     name: "fetch user=1".to_owned(),
///     polls: vec![Span { start: ms(0), end: ms(1) }, Span { start: ms(200), end: ms(201) }],
///     marks: Marks::Polls,
///     in_vain: vec![],
///     held: vec![],
///     outcome: Outcome::Finished,
///     end: ms(201),
/// };
/// let said = Event { at: ms(200), lane: 0, text: "found".to_owned() };
/// let figure = chart::lanes_with_events("One fetch", &[lane], &[said]);
/// assert!(figure.to_string().contains("1: found (fetch user=1)"));
/// ```
pub fn lanes_with_events(title: &str, lanes: &[Lane], events: &[Event]) -> Figure {
    timeline(title, lanes, &[], &[], events)
}

/// A timeline with all that one may have: a tree of lanes, wakes between them, and what was said on them.
pub(crate) fn timeline(
    title: &str,
    lanes: &[Lane],
    parents: &[Option<usize>],
    wakes: &[Wake],
    events: &[Event],
) -> Figure {
    if lanes.is_empty() {
        return no_lanes(title, "not written yet, or not watched");
    }
    let tree = Tree::new(lanes, parents);
    let (lanes, wakes) = (tree.lanes.as_slice(), tree.wakes(wakes));
    let events = tree.events(events);
    let longest = lanes.iter().map(|lane| lane.end).max().unwrap_or_default();
    let point = tree.point().map_or(String::new(), |point| point + " ");
    let description = words::description(lanes, &wakes, longest) + &events::description(&events);
    let figure = Figure::new(
        title,
        point + &description,
        in_text(lanes, &wakes, longest),
        |width| picture::draw(width, &tree, &wakes, &events, longest),
    );
    match events::listed(lanes, &events) {
        Some(said) => figure.with_note(&said),
        None => figure,
    }
}

/// A timeline of nothing, which says why.
pub(crate) fn no_lanes(title: &str, why: &str) -> Figure {
    let description = format!("Nothing was recorded: {why}.");
    let plain = format!("  nothing was recorded: {why}");
    Figure::new(title, description, plain, |width| {
        picture::empty(width, why)
    })
}

/// What the signs of these lanes mean.
fn signs(lanes: &[Lane]) -> (&'static str, &'static str) {
    let marks = lanes.first().map_or(Marks::Polls, |lane| lane.marks);
    marks.signs()
}

/// What the sign of a lock means.
const HOLDS: &str = "holds a lock";

/// Whether one of these lanes held a lock.
fn holds(lanes: &[Lane]) -> bool {
    lanes.iter().any(|lane| !lane.held.is_empty())
}

/// What stands behind the end of a lane that did not finish.
fn mark(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Finished => "",
        Outcome::Running => "still waiting",
        Outcome::Dropped => "dropped",
        Outcome::Panicked => "panicked",
    }
}

fn in_text(lanes: &[Lane], wakes: &[Wake], longest: Duration) -> String {
    let mut lines: Vec<String> = text::padded(lanes.iter().map(|lane| lane.name.as_str()))
        .zip(lanes)
        .map(|(label, lane)| {
            let mark = mark(lane.outcome);
            let space = if mark.is_empty() { "" } else { " " };
            format!("  {label}  {}{space}{mark}", text::lane(lane, longest))
        })
        .collect();
    let (solid, pale) = signs(lanes);
    let held = if holds(lanes) {
        format!("  ▒ {HOLDS}")
    } else {
        String::new()
    };
    let over = seconds(longest);
    lines.push(format!("  █ {solid}  · {pale}{held}  over {over}"));
    lines.extend(wakes::in_text(lanes, wakes, longest));
    lines.join("\n")
}
