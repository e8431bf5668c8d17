//! Lanes: one task a row, a solid mark for every poll, a pale band where the task waited.

use super::axis::{self, Axis};
use super::svg::{self, DRAWN, TEXT, WIDTH};
use super::{Figure, listed, seconds, text};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use std::collections::HashMap;
use std::time::Duration;

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

/// What one piece of work did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// What the work is called.
    pub name: String,
    /// Each poll of the future, in order; a synchronous piece of work has one.
    pub polls: Vec<Span>,
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
        self.polls.iter().map(Span::length).sum()
    }

    /// The longest single poll: how long the thread was kept from everybody else at worst.
    pub fn longest_poll(&self) -> Duration {
        self.polls
            .iter()
            .map(Span::length)
            .max()
            .unwrap_or_default()
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
/// use support::chart::{self, Lane, Outcome, Span};
///
/// let ms = Duration::from_millis;
/// let lane = Lane {
///     name: "data1".to_owned(),
///     polls: vec![Span { start: ms(0), end: ms(1) }, Span { start: ms(200), end: ms(201) }],
///     outcome: Outcome::Finished,
///     end: ms(201),
/// };
/// let figure = chart::lanes("One fetch", &[lane]);
/// assert!(figure.description().contains("data1: 2 polls"));
/// ```
pub fn lanes(title: &str, lanes: &[Lane]) -> Figure {
    let longest = lanes.iter().map(|lane| lane.end).max().unwrap_or_default();
    let size = (WIDTH, height(lanes.len()));
    Figure {
        title: title.to_owned(),
        description: format!(
            "Timeline over {}; solid where a task ran, pale where it waited. {}.",
            seconds(longest),
            if lanes.is_empty() {
                "Nothing was recorded".to_owned()
            } else {
                listed(lanes.iter().map(sentence))
            }
        ),
        plain: in_text(lanes, longest),
        shapes: svg::shapes(size, |canvas| draw(canvas, lanes, longest)),
        size,
        note: None,
    }
}

fn sentence(lane: &Lane) -> String {
    if lane.polls.is_empty() {
        return format!("{}: never polled", lane.name);
    }
    let polls = match lane.polls.len() {
        1 => "1 poll".to_owned(),
        count => format!("{count} polls"),
    };
    let ended = match lane.outcome {
        Outcome::Finished => "finished",
        Outcome::Running => "still waiting",
        Outcome::Dropped => "dropped",
        Outcome::Panicked => "panicked",
    };
    format!(
        "{}: {polls}, ran {} from {}, {ended} at {}",
        lane.name,
        seconds(lane.busy()),
        seconds(lane.start()),
        seconds(lane.end)
    )
}

const TOP: i32 = 8;

/// Height of a lane, and how many lanes share a label: letters need 15 pixels to stay apart.
fn row(count: usize) -> (i32, usize) {
    match count {
        0..=12 => (28, 1),
        13..=40 => (17, 1),
        _ => (8, 2),
    }
}

fn height(count: usize) -> u32 {
    (TOP + row(count).0 * count.max(1) as i32 + axis::HEIGHT).unsigned_abs()
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

fn draw(canvas: &svg::Canvas<'_>, lanes: &[Lane], longest: Duration) {
    let (row, every) = row(lanes.len());
    let size = if row >= 17 { TEXT } else { 12.0 };
    let labels = svg::column(lanes.iter().map(|lane| lane.name.as_str()), size, 240.0);
    // Between lanes lower than a letter, words about their ends would run into each other's bars.
    let mark = |outcome| if every == 1 { mark(outcome) } else { "" };
    let marked = lanes
        .iter()
        .map(|lane| svg::width(mark(lane.outcome), size))
        .fold(0.0, f64::max);
    let axis = Axis::new(
        longest,
        labels as i32 + 12,
        WIDTH as i32 - 22 - marked as i32,
    );
    let bottom = TOP + row * lanes.len().max(1) as i32;

    axis.draw(canvas, TOP, bottom);

    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (index, lane) in lanes.iter().enumerate() {
        let next = seen.len();
        let task = lane.name.split(" · ").next().unwrap_or_default();
        let colour = svg::colour(*seen.entry(task).or_insert(next));
        let (top, low) = (
            TOP + row * index as i32 + row / 6,
            TOP + row * (index as i32 + 1) - row / 6,
        );
        if !lane.polls.is_empty() {
            let band = [(axis.at(lane.start()), top), (axis.at(lane.end), low)];
            canvas
                .draw(&Rectangle::new(band, colour.mix(0.28).filled()))
                .expect(DRAWN);
        }
        for poll in &lane.polls {
            let from = axis.at(poll.start).min(axis.to - 3);
            // A poll of a microsecond is still a poll: three pixels show it.
            let corners = [(from, top), (axis.at(poll.end).max(from + 3), low)];
            canvas
                .draw(&Rectangle::new(corners, colour.filled()))
                .expect(DRAWN);
        }
        if index % every == 0 {
            let middle = TOP + row * index as i32 + row / 2;
            let name = svg::fit(&lane.name, size, labels);
            svg::label(
                canvas,
                &name,
                (axis.from - 8, middle),
                size,
                (HPos::Right, VPos::Center),
            );
            let end = (axis.at(lane.end) + 6, middle);
            svg::label(
                canvas,
                mark(lane.outcome),
                end,
                size,
                (HPos::Left, VPos::Center),
            );
        }
    }
}

fn in_text(lanes: &[Lane], longest: Duration) -> String {
    if lanes.is_empty() {
        return "  nothing was recorded".to_owned();
    }
    let mut lines: Vec<String> = text::padded(lanes.iter().map(|lane| lane.name.as_str()))
        .zip(lanes)
        .map(|(label, lane)| {
            let mark = mark(lane.outcome);
            let space = if mark.is_empty() { "" } else { " " };
            format!("  {label}  {}{space}{mark}", text::lane(lane, longest))
        })
        .collect();
    lines.push(format!("  █ running  · waiting  over {}", seconds(longest)));
    lines.join("\n")
}
