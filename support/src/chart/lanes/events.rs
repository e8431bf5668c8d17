//! Events: what a piece of work says of itself at a moment.
//!
//! A sentence has no room in a lane. So a mark points at the moment, with a number, and what was said stands under the figure,
//! as text of the page, which breaks its lines itself.

use super::Lane;
use super::tree::plain;
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

/// Marks whose numbers would touch share them.
#[derive(Debug, PartialEq, Eq)]
struct Group {
    lane: usize,
    /// Where each of its marks stands, in pixels.
    marks: Vec<i32>,
    numbers: Vec<usize>,
}

impl Group {
    /// The numbers: all of them, or the first and the last.
    fn text(&self) -> String {
        let numbers: Vec<_> = self.numbers.iter().map(usize::to_string).collect();
        match numbers.as_slice() {
            [first, .., last] if numbers.len() > 3 => format!("{first}…{last}"),
            few => few.join(","),
        }
    }

    /// From its first mark to the end of its numbers.
    fn right(&self) -> i32 {
        let last = self.marks.last().copied().unwrap_or_default();
        last + GAP + svg::width(&self.text(), SMALL).ceil() as i32
    }
}

/// From a mark to its number.
const GAP: i32 = 6;

/// Marks on each lane, by where they stand on the axis.
fn groups(events: &[Event], at: impl Fn(Duration) -> i32) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (index, event) in events.iter().enumerate() {
        let x = at(event.at);
        let before = groups.iter_mut().rfind(|group| group.lane == event.lane);
        match before {
            Some(group) if x < group.right() + GAP => {
                group.marks.push(x);
                group.numbers.push(index + 1);
            }
            _ => groups.push(Group {
                lane: event.lane,
                marks: vec![x],
                numbers: vec![index + 1],
            }),
        }
    }
    groups
}

pub(super) fn draw(canvas: &Canvas<'_>, events: &[Event], axis: &Axis, rows: &Rows) {
    for group in groups(events, |at| axis.at(at).min(axis.to)) {
        let (high, low) = rows.shape(group.lane);
        // What stands out of a lane keeps this far from its upper edge.
        let tip = high + (low - high) / 6 - 1;
        for x in &group.marks {
            svg::pointer(canvas, (*x, tip));
        }
        let (first, last) = (group.marks[0], group.marks[group.marks.len() - 1]);
        let y = tip - 7;
        let (at, side) = if group.right() <= axis.to + 24 {
            ((last + GAP, y), HPos::Left)
        } else {
            ((first - GAP, y), HPos::Right)
        };
        svg::label(canvas, &group.text(), at, SMALL, (side, VPos::Center));
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
            let groups = groups(&events, at);
            groups.iter().map(Group::text).collect::<Vec<_>>()
        };
        assert_eq!(texts(&[0, 100, 200]), ["1", "2", "3"]);
        assert_eq!(texts(&[0, 5, 200]), ["1,2", "3"]);
        assert_eq!(texts(&[0, 1, 2, 3, 4]), ["1…5"]);
        let apart = [event(0, 0, ""), event(1, 1, "")];
        assert_eq!(groups(&apart, at).len(), 2, "each lane has its own");
    }
}
