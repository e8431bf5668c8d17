//! Events: what a piece of work says of itself at a moment.
//!
//! A sentence has no room in a lane. So a mark points at the moment, with a number, and what was said stands under the figure,
//! as text of the page, which breaks its lines itself.

use super::tree::plain;
use super::{Lane, picture::INSTANT};
use crate::chart::axis::Axis;
use crate::chart::rows::Rows;
use crate::chart::svg::{self, Canvas, SMALL};
use crate::chart::{count, sentence};
use plotters::style::text_anchor::{HPos, VPos};
use std::time::Duration;

/// Something was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Duration,
    /// On which lane.
    pub lane: usize,
    /// What.
    pub text: String,
}

/// What the legend says of them.
pub(super) const SIGN: &str = "says something";

/// The room above a lane that marks and their numbers need.
pub(super) const ABOVE: i32 = 15;

/// How many are told under the figure.
const MOST: usize = 12;

/// What was said, with its number and who said it, where anything was.
pub(super) fn listed(lanes: &[Lane], events: &[Event]) -> Option<String> {
    let name = |event: &Event| lanes.get(event.lane).map_or("?", |lane| plain(&lane.name));
    let said = events
        .iter()
        .take(MOST)
        .enumerate()
        .map(|(index, event)| format!("{}: {} ({})", index + 1, event.text, name(event)));
    let mut said: Vec<_> = said.collect();
    if events.len() > MOST {
        said.push(format!("and {} more", events.len() - MOST));
    }
    (!said.is_empty()).then(|| said.join("; ") + ".")
}

/// That there are some, for those who cannot see them.
pub(super) fn description(events: &[Event]) -> String {
    match events.len() {
        0 => String::new(),
        1 => " One numbered mark is an event, which stands below the figure.".to_owned(),
        several => format!(
            " {} numbered marks are events, which stand below the figure.",
            sentence(&count(several))
        ),
    }
}

/// Marks of one lane whose numbers would touch: they share a place for them.
#[derive(Debug, PartialEq, Eq)]
struct Group {
    lane: usize,
    /// Where each of its marks stands, in pixels.
    marks: Vec<i32>,
    numbers: Vec<usize>,
}

/// From a mark to its number, and to what comes after.
const GAP: i32 = 6;

/// How far numbers may stand out behind the end of the axis.
const OUT: i32 = 22;

impl Group {
    /// The numbers: all of them, or the first and the last.
    fn text(&self) -> String {
        let numbers: Vec<_> = self.numbers.iter().map(usize::to_string).collect();
        match numbers.as_slice() {
            [first, .., last] if numbers.len() > 3 => format!("{first}…{last}"),
            few => few.join(","),
        }
    }

    /// The first and the last of its marks.
    fn ends(&self) -> (i32, i32) {
        let end = |mark: Option<&i32>| mark.copied().unwrap_or_default();
        (end(self.marks.first()), end(self.marks.last()))
    }

    /// Where its numbers begin: behind the last mark or, at the end of the axis, before the first. Nowhere where neither side
    /// has room.
    fn place(&self, (from, to): (i32, i32)) -> Option<i32> {
        let (first, last) = self.ends();
        let width = svg::width(&self.text(), SMALL).ceil() as i32;
        let (behind, before) = (last + GAP, first - GAP - width);
        match (behind + width <= to + OUT, before >= from) {
            (true, _) => Some(behind),
            (false, true) => Some(before),
            (false, false) => None,
        }
    }

    /// What it takes of the axis, numbers included.
    fn span(&self, axis: (i32, i32)) -> (i32, i32) {
        let (first, last) = self.ends();
        let width = svg::width(&self.text(), SMALL).ceil() as i32;
        let text = self.place(axis).unwrap_or(first);
        (first.min(text), last.max(text + width))
    }
}

/// Marks in groups, by where they stand on an axis from one pixel to another.
fn groups(events: &[Event], at: impl Fn(Duration) -> i32, axis: (i32, i32)) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (index, event) in events.iter().enumerate() {
        let mut group = Group {
            lane: event.lane,
            marks: vec![at(event.at)],
            numbers: vec![index + 1],
        };
        let same = |other: &Group| other.lane == event.lane;
        while let Some(place) = groups.iter().rposition(same) {
            if groups[place].span(axis).1 + GAP <= group.span(axis).0 {
                break;
            }
            let mut before = groups.remove(place);
            before.marks.append(&mut group.marks);
            before.numbers.append(&mut group.numbers);
            group = before;
        }
        groups.push(group);
    }
    groups
}

pub(super) fn draw(canvas: &Canvas<'_>, events: &[Event], axis: &Axis, rows: &Rows) {
    let ends = (axis.at(Duration::ZERO), axis.to);
    // The middle of the mark that a poll has at least.
    let at = |moment| (axis.at(moment) + INSTANT / 2).min(axis.to - INSTANT / 2);
    for group in groups(events, at, ends) {
        let (high, low) = rows.shape(group.lane);
        // What stands out of a lane keeps this far from its upper edge.
        let tip = high + (low - high) / 6 - 1;
        for x in &group.marks {
            svg::pointer(canvas, (*x, tip));
        }
        if let Some(left) = group.place(ends) {
            let at = (left, tip - 7);
            svg::label(canvas, &group.text(), at, SMALL, (HPos::Left, VPos::Center));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Marks, Outcome};
    use super::*;

    fn event(at: u64, lane: usize, text: &str) -> Event {
        Event {
            at: Duration::from_millis(at),
            lane,
            text: text.to_owned(),
        }
    }

    #[test]
    fn what_was_said_has_its_number_and_its_lane() {
        let lane = Lane {
            name: "└ fetch".to_owned(),
            polls: Vec::new(),
            marks: Marks::Polls,
            in_vain: Vec::new(),
            held: Vec::new(),
            outcome: Outcome::Finished,
            end: Duration::ZERO,
        };
        let events = [event(0, 0, "sent"), event(9, 0, "found")];
        let said = listed(&[lane], &events).unwrap_or_default();
        assert_eq!(said, "1: sent (fetch); 2: found (fetch).");
        assert_eq!(listed(&[], &[]), None);
        let many: Vec<_> = (0..20).map(|at| event(at, 7, "tick")).collect();
        let said = listed(&[], &many).unwrap_or_default();
        assert!(said.ends_with("12: tick (?); and 8 more."), "{said}");
    }

    #[test]
    fn marks_that_are_close_share_their_numbers() {
        let at = |at: Duration| at.as_millis() as i32;
        let texts = |moments: &[u64]| {
            let events: Vec<_> = moments.iter().map(|at| event(*at, 0, "")).collect();
            let groups = groups(&events, at, (0, 300));
            groups.iter().map(Group::text).collect::<Vec<_>>()
        };
        assert_eq!(texts(&[0, 100, 200]), ["1", "2", "3"]);
        assert_eq!(texts(&[0, 5, 200]), ["1,2", "3"]);
        assert_eq!(texts(&[0, 1, 2, 3, 4]), ["1…5"]);
        // The numbers of the last stand before it, where those of the one before are.
        assert_eq!(texts(&[0, 285, 300]), ["1", "2,3"]);
        let apart = [event(0, 0, ""), event(1, 1, "")];
        assert_eq!(
            groups(&apart, at, (0, 300)).len(),
            2,
            "each lane has its own"
        );
    }
}
