//! Wakes: arrows from who woke to who then ran, and what they say in words.
//!
//! A wake only asks for a poll. So an arrow begins where somebody woke, at that moment, and ends at the next poll of who was
//! woken. Where there is none, the line ends in a cross. A wake that nothing drawn here made comes from above.

use super::tree::plain;
use super::{Lane, Outcome, picture::INSTANT, words};
use crate::chart::axis::Axis;
use crate::chart::legend::Sign;
use crate::chart::rows::Rows;
use crate::chart::svg::{self, Canvas, DRAWN, INK};
use crate::chart::{count, listed, sentence};
use plotters::prelude::*;
use std::collections::BTreeSet;
use std::time::Duration;

/// Somebody was woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wake {
    /// When.
    pub at: Duration,
    /// The lane that ran where it was woken; none where the wake came from elsewhere.
    pub by: Option<usize>,
    /// The lane that was woken.
    pub lane: usize,
}

impl Wake {
    /// When who was woken ran next. The poll in which somebody wakes himself is not that.
    fn run(&self, lanes: &[Lane]) -> Option<Duration> {
        let lane = lanes.get(self.lane)?;
        let polls = lane.polls.iter().chain(&lane.in_vain);
        let starts = polls.map(|poll| poll.start);
        starts.filter(|start| *start >= self.at).min()
    }

    /// Whether who was woken still waits for its run, or waited until it was dropped.
    fn led_nowhere(&self, lanes: &[Lane]) -> bool {
        let open = |lane: &Lane| matches!(lane.outcome, Outcome::Running | Outcome::Dropped);
        lanes.get(self.lane).is_some_and(open) && self.run(lanes).is_none()
    }
}

/// What the legend says of them.
pub(super) fn signs(lanes: &[Lane], wakes: &[Wake]) -> Vec<(Sign, &'static str)> {
    let mut signs = Vec::new();
    if wakes.iter().any(|wake| wake.run(lanes).is_some()) {
        signs.push((Sign::Arrow, "wakes"));
    }
    if wakes.iter().any(|wake| wake.led_nowhere(lanes)) {
        signs.push((Sign::Nowhere, "woken, and did not run"));
    }
    signs
}

/// How far above a lane an arrow begins that comes from elsewhere, or from the lane itself.
const ABOVE: i32 = 7;

pub(super) fn draw(canvas: &Canvas<'_>, lanes: &[Lane], wakes: &[Wake], axis: &Axis, rows: &Rows) {
    let mut drawn = BTreeSet::new();
    // The middle of the mark that a poll has at least.
    let at = |moment| (axis.at(moment) + INSTANT / 2).min(axis.to - INSTANT / 2);
    for wake in wakes.iter().filter(|wake| wake.lane < lanes.len()) {
        let run = wake.run(lanes);
        if run.is_none() && !wake.led_nowhere(lanes) {
            continue;
        }
        let (from, to) = (at(wake.at), at(run.unwrap_or(wake.at)));
        if !drawn.insert((wake.by, wake.lane, from, to, run.is_some())) {
            continue;
        }
        let [start, end] = ends(wake, (from, to), rows);
        if wake.by == Some(wake.lane) {
            // Out of the lane, and back into it a little later, so that it shows.
            let out = [(from, end.1), (from, start.1), start];
            svg::line(canvas, out, INK.stroke_width(2));
        }
        if wake.by.is_none() {
            let dot = Circle::new(start, 2, INK.filled());
            canvas.draw(&dot).expect(DRAWN);
        }
        if run.is_some() {
            svg::arrow(canvas, [start, end]);
        } else {
            svg::nowhere(canvas, [start, end]);
        }
    }
}

/// Where an arrow begins and ends, at these two places of the axis.
fn ends(wake: &Wake, (from, to): (i32, i32), rows: &Rows) -> [(i32, i32); 2] {
    let (high, low) = rows.shape(wake.lane);
    // Marks keep a sixth of a lane free, above and below.
    let edge = (low - high) / 6 - 1;
    match wake.by {
        Some(by) if by < wake.lane => [(from, rows.shape(by).1 - edge), (to, high + edge)],
        Some(by) if by > wake.lane => [(from, rows.shape(by).0 + edge), (to, low - edge)],
        Some(_) => {
            let to = to.max(from + 8);
            [(to, high + edge - ABOVE), (to, high + edge)]
        }
        None => [(to, high + edge - ABOVE), (to, high + edge)],
    }
}

/// The first sentence: whether wakes and polls belong together.
pub(super) fn point(lanes: &[Lane], wakes: &[Wake]) -> Option<String> {
    if wakes.is_empty() {
        return None;
    }
    let lost = wakes.iter().filter(|wake| wake.led_nowhere(lanes)).count();
    let in_vain: usize = lanes.iter().map(|lane| lane.in_vain.len()).sum();
    let each = "Every poll after a lane's first one follows a wake";
    Some(match (lost, in_vain) {
        (0, 0) => format!("{each}."),
        (0, 1) => "One poll follows no wake.".to_owned(),
        (0, several) => format!("{} polls follow no wake.", sentence(&count(several))),
        (1, _) => "One wake is followed by no poll.".to_owned(),
        (several, _) => format!(
            "{} wakes are followed by no poll.",
            sentence(&count(several))
        ),
    })
}

/// Who woke whom, each pair once, with its moments as `said` says them.
fn pairs(lanes: &[Lane], wakes: &[Wake], said: impl Fn(Duration) -> String) -> Vec<[String; 3]> {
    let name = |lane: usize| lanes.get(lane).map_or("?", |lane| plain(&lane.name));
    let mut pairs: Vec<(Option<usize>, usize, Vec<Duration>)> = Vec::new();
    for wake in wakes {
        let same = |pair: &&mut (Option<usize>, usize, Vec<Duration>)| {
            (pair.0, pair.1) == (wake.by, wake.lane)
        };
        match pairs.iter_mut().find(same) {
            Some((_, _, moments)) => moments.push(wake.at),
            None => pairs.push((wake.by, wake.lane, vec![wake.at])),
        }
    }
    let pair = |(by, lane, moments): (Option<usize>, usize, Vec<Duration>)| {
        let moments = match moments.as_slice() {
            few if few.len() <= 3 => {
                let few: Vec<_> = few.iter().map(|at| said(*at)).collect();
                format!("at {}", few.join(", "))
            }
            many => format!("{} times", count(many.len())),
        };
        let by = by.map_or("somebody else", name);
        let whom = if by == name(lane) {
            "itself"
        } else {
            name(lane)
        };
        [by.to_owned(), whom.to_owned(), moments]
    };
    pairs.into_iter().map(pair).collect()
}

/// The last sentence: who woke whom.
pub(super) fn description(
    lanes: &[Lane],
    wakes: &[Wake],
    said: impl Fn(Duration) -> String,
) -> String {
    let pairs = pairs(lanes, wakes, said);
    if pairs.is_empty() {
        return String::new();
    }
    let said = pairs
        .iter()
        .map(|[by, whom, when]| format!("{by} wakes {whom} {when}"));
    format!(" {}.", sentence(&listed(said)))
}

/// The lines below lanes of characters.
pub(super) fn in_text(lanes: &[Lane], wakes: &[Wake], longest: Duration) -> Vec<String> {
    const MOST: usize = 12;
    let pairs = pairs(lanes, wakes, |at| words::rough(at, longest));
    let more = pairs.len().saturating_sub(MOST);
    let line = |[by, whom, when]: &[String; 3]| format!("  {by} → {whom}  {when}");
    let mut lines: Vec<_> = pairs.iter().take(MOST).map(line).collect();
    if more > 0 {
        lines.push(format!("  and {more} more who woke somebody"));
    }
    let lost = wakes.iter().filter(|wake| wake.led_nowhere(lanes)).count();
    if lost > 0 {
        lines.push(format!("  woken, and did not run: {}", count(lost)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::{Marks, Span};
    use super::*;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn lane(name: &str, polls: &[u64], outcome: Outcome) -> Lane {
        let instant = |at: &u64| Span {
            start: ms(*at),
            end: ms(*at),
        };
        Lane {
            name: name.to_owned(),
            polls: polls.iter().map(instant).collect(),
            marks: Marks::Polls,
            in_vain: Vec::new(),
            held: Vec::new(),
            outcome,
            end: ms(200),
        }
    }

    fn wake(at: u64, by: Option<usize>, lane: usize) -> Wake {
        Wake {
            at: ms(at),
            by,
            lane,
        }
    }

    #[test]
    fn the_point_is_whether_wakes_and_polls_belong_together() {
        let mut lanes = [
            lane("reactor", &[200], Outcome::Finished),
            lane("timer", &[0, 200], Outcome::Finished),
        ];
        let wakes = [wake(200, Some(0), 1)];
        let said = point(&lanes, &wakes).expect("there is a wake");
        assert!(said.starts_with("Every poll"), "{said}");
        lanes[1].in_vain = vec![lanes[1].polls[0]; 2];
        let said = point(&lanes, &wakes).expect("there is a wake");
        assert_eq!(said, "Two polls follow no wake.");
        assert_eq!(point(&lanes, &[]), None);
    }

    #[test]
    fn a_wake_that_no_poll_follows_is_said_and_drawn_as_such() {
        let waits = [lane("timer", &[0], Outcome::Running)];
        let lost = [wake(100, None, 0)];
        assert_eq!(
            point(&waits, &lost).as_deref(),
            Some("One wake is followed by no poll.")
        );
        assert_eq!(signs(&waits, &lost)[0].0, Sign::Nowhere);
        // Who has ended has nothing to run for.
        let ended = [lane("timer", &[0], Outcome::Finished)];
        assert_eq!(signs(&ended, &lost), []);
    }

    #[test]
    fn who_woke_whom_is_said_once_for_each_pair() {
        let lanes = [
            lane("reactor", &[100, 200], Outcome::Finished),
            lane("timer", &[0, 100, 200], Outcome::Finished),
        ];
        let itself = (0..5).map(|at| wake(at, Some(1), 1));
        let wakes: Vec<_> = [wake(100, Some(0), 1), wake(200, Some(0), 1)]
            .into_iter()
            .chain(itself)
            .chain([wake(7, None, 1)])
            .collect();
        let text = description(&lanes, &wakes, |at| format!("{} ms", at.as_millis()));
        assert_eq!(
            text,
            " Reactor wakes timer at 100 ms, 200 ms; timer wakes itself five times; somebody else wakes timer at 7 ms."
        );
    }
}
