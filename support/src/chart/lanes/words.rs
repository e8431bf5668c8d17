//! What a timeline says in sentences, for those who cannot see it.
//!
//! The first sentence says what one is to see. The others say it of each lane, in the steps in which the axis is read:
//! who hears that a lane ran for 15 µs from 171 µs on has heard nothing.

use super::tree::plain;
use super::{Held, Lane, Marks, Outcome, Span, Wake, holds, mark, seconds, wakes};
use crate::chart::{count, sentence};
use std::time::Duration;

pub(super) fn description(lanes: &[Lane], woken: &[Wake], longest: Duration) -> String {
    let first = wakes::point(lanes, woken).map_or(String::new(), |first| first + " ");
    let mut text = format!(
        "{first}{} A timeline over {}: {}.",
        point(lanes, longest),
        seconds(longest),
        each(lanes, longest)
    );
    let in_vain = lanes.iter().filter(|lane| !lane.in_vain.is_empty()).count();
    if in_vain > 0 {
        text.push_str(&format!(
            " {} of them {} polled, though not woken: futures of one task are polled together.",
            sentence(&count(in_vain)),
            if in_vain == 1 { "was" } else { "were" }
        ));
    }
    text.push_str(&wakes::description(lanes, woken, |at| rough(at, longest)));
    text
}

/// What a lane did, as one sees it: shorter than a hundredth of the figure is an instant.
fn seen(spans: impl Iterator<Item = Span>, longest: Duration) -> Vec<Span> {
    spans.filter(|span| span.length() > longest / 100).collect()
}

/// The gaps between the polls of a lane, and what is left to its end.
fn waits(lane: &Lane) -> impl Iterator<Item = Span> {
    let ends = lane.polls.iter().map(|poll| poll.end);
    let next = lane.polls.iter().skip(1).map(|poll| poll.start);
    ends.zip(next.chain([lane.end])).map(|(start, end)| Span {
        start,
        end: end.max(start),
    })
}

/// The most of these that there are at the same moment. Where one ends as another begins, they are not together.
fn most(spans: &[Span]) -> usize {
    let together = |at: Duration| {
        let over = spans
            .iter()
            .filter(|span| span.start <= at && at < span.end);
        over.count()
    };
    spans
        .iter()
        .map(|span| together(span.start))
        .max()
        .unwrap_or(0)
}

fn point(lanes: &[Lane], longest: Duration) -> String {
    let polls = |lane: &Lane| seen(lane.polls.iter().copied(), longest);
    let waiting: Vec<Vec<_>> = lanes
        .iter()
        .map(|lane| seen(waits(lane), longest))
        .collect();
    let wait = waiting.iter().filter(|waits| !waits.is_empty()).count();
    let at_once = most(&waiting.concat());
    let run: Vec<_> = lanes.iter().flat_map(polls).collect();
    let holding = lanes.iter().filter(|lane| !polls(lane).is_empty());
    let holding: Vec<_> = holding.map(|lane| plain(&lane.name)).collect();

    let (one, several) = match lanes.first().map(|lane| lane.marks) {
        Some(Marks::Events) => ("is under way", "are under way"),
        _ => ("waits", "wait"),
    };
    let waits = match (wait, at_once) {
        (0, _) => None,
        (1, _) if lanes.len() == 1 => Some(format!(
            "{} {one}, and nothing else is drawn.",
            plain(&lanes[0].name)
        )),
        (1, _) => Some(format!("Only one of them {one}.")),
        (all, 1) => {
            let all = sentence(&count(all));
            Some(format!("{all} {several} one after the other."))
        }
        (all, most) if all == most && all == lanes.len() => {
            let all = if all == 2 {
                "Both".to_owned()
            } else {
                format!("All {}", count(all))
            };
            Some(format!("{all} {several} at the same time."))
        }
        (_, most) => Some(format!(
            "At most {} {several} at the same time.",
            count(most)
        )),
    };
    let runs = match (holding.len(), most(&run)) {
        (0, _) => None,
        (1, _) => Some(format!("{} holds a thread.", holding[0])),
        (several, 1) => Some(format!(
            "{} hold a thread, one after the other.",
            sentence(&count(several))
        )),
        (_, at_once) => Some(format!(
            "At most {} hold a thread at the same time.",
            count(at_once)
        )),
    };
    let point = match (waits, runs) {
        (Some(waits), Some(runs)) => format!("{waits} {runs}"),
        (None, Some(runs)) => format!("{} None waits.", runs),
        (Some(waits), None) => waits,
        (None, None) => "Nothing takes long enough to be seen.".to_owned(),
    };
    match locks(lanes, longest) {
        Some(locks) => format!("{locks} {point}"),
        None => point,
    }
}

/// Who held a lock, and whether together, where anybody did.
fn locks(lanes: &[Lane], longest: Duration) -> Option<String> {
    let locked: Vec<_> = lanes
        .iter()
        .map(|lane| (lane, seen(lane.locked().into_iter(), longest)))
        .filter(|(_, spans)| !spans.is_empty())
        .collect();
    let spans: Vec<_> = locked
        .iter()
        .flat_map(|(_, spans)| spans)
        .copied()
        .collect();
    match (locked.as_slice(), most(&spans)) {
        ([], _) => holds(lanes)
            .then(|| "Locks are held for moments that are too short to be seen.".to_owned()),
        ([(only, _)], _) => Some(format!("{} holds a lock.", plain(&only.name))),
        (several, 1) => Some(format!(
            "{} hold a lock, one after the other.",
            sentence(&count(several.len()))
        )),
        (_, at_once) => Some(format!(
            "At most {} hold a lock at the same time.",
            count(at_once)
        )),
    }
}

/// What each lane did, or, where that would tire a listener, what the first and the last did.
fn each(lanes: &[Lane], longest: Duration) -> String {
    const MOST: usize = 6;
    let groups = groups(lanes, longest);
    if groups.len() <= MOST {
        return groups.join("; ");
    }
    let ends = |lane: Option<&Lane>| {
        lane.map(|lane| format!("{} at {}", plain(&lane.name), rough(lane.end, longest)))
            .unwrap_or_default()
    };
    let mut text = format!(
        "{} lanes; the first to end is {}, the last is {}",
        count(lanes.len()),
        ends(lanes.iter().min_by_key(|lane| lane.end)),
        ends(lanes.iter().max_by_key(|lane| lane.end))
    );
    for outcome in [Outcome::Running, Outcome::Dropped, Outcome::Panicked] {
        let such = lanes.iter().filter(|lane| lane.outcome == outcome).count();
        if such > 0 {
            text.push_str(&format!("; {} {}", count(such), mark(outcome)));
        }
    }
    text
}

/// Lanes that begin, end and end up alike, said together.
fn groups(lanes: &[Lane], longest: Duration) -> Vec<String> {
    let mut groups: Vec<(Vec<&str>, String)> = Vec::new();
    for lane in lanes {
        let did = did(lane, longest);
        match groups.last_mut() {
            Some((names, same)) if *same == did => names.push(plain(&lane.name)),
            _ => groups.push((vec![plain(&lane.name)], did)),
        }
    }
    groups
        .into_iter()
        .map(|(names, did)| match names.as_slice() {
            [first, .., last] if names.len() > 3 => format!("{first} to {last} {did}"),
            _ => format!("{} {did}", names.join(", ")),
        })
        .collect()
}

fn did(lane: &Lane, longest: Duration) -> String {
    if lane.polls.is_empty() {
        return "never polled".to_owned();
    }
    let comma = if lane.outcome == Outcome::Finished {
        ""
    } else {
        ", "
    };
    let held: String = lane
        .held
        .iter()
        .filter(|held| held.span.length() > longest / 100)
        .take(MOST_HELD)
        .map(|Held { lock, span }| {
            let (start, end) = (rough(span.start, longest), rough(span.end, longest));
            format!(", holds {lock} from {start} to {end}")
        })
        .collect();
    format!(
        "from {} to {}{held}{comma}{}",
        rough(lane.start(), longest),
        rough(lane.end, longest),
        mark(lane.outcome)
    )
}

/// How many locks of one lane are told.
const MOST_HELD: usize = 3;

/// A moment in steps of a hundredth of the figure.
pub(super) fn rough(moment: Duration, longest: Duration) -> String {
    let step = longest.as_nanos().div_ceil(100).max(1);
    let steps = (moment.as_nanos() + step / 2) / step;
    match u64::try_from(steps * step) {
        Ok(0) => "0".to_owned(),
        Ok(nanos) => seconds(Duration::from_nanos(nanos)),
        Err(_) => seconds(moment),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    /// A lane with these polls, each from a moment to another.
    fn lane(name: &str, polls: &[(u64, u64)]) -> Lane {
        let polls = polls.iter().map(|(start, end)| Span {
            start: ms(*start),
            end: ms(*end),
        });
        let polls: Vec<_> = polls.collect();
        Lane {
            name: name.to_owned(),
            end: polls.last().map_or(Duration::ZERO, |poll| poll.end),
            polls,
            marks: Marks::Polls,
            in_vain: Vec::new(),
            held: Vec::new(),
            outcome: Outcome::Finished,
        }
    }

    #[test]
    fn the_point_comes_first() {
        let waits = |from: u64, to: u64| lane("a", &[(from, from), (to, to)]);
        let blocks = |from: u64, to: u64| lane("b", &[(from, to)]);
        let table = [
            (vec![waits(0, 200); 3], "All three wait at the same time."),
            (
                vec![waits(0, 100), waits(0, 100), waits(100, 200)],
                "At most two wait at the same time.",
            ),
            (
                vec![waits(0, 100), waits(100, 200), waits(200, 300)],
                "Three wait one after the other.",
            ),
            (
                vec![blocks(0, 200), blocks(200, 400)],
                "Two hold a thread, one after the other. None waits.",
            ),
            (
                vec![blocks(0, 200), blocks(10, 210)],
                "At most two hold a thread at the same time. None waits.",
            ),
            (
                vec![waits(0, 200), blocks(0, 100)],
                "Only one of them waits. b holds a thread.",
            ),
            (vec![waits(0, 200)], "a waits, and nothing else is drawn."),
            (vec![waits(0, 0)], "Nothing takes long enough to be seen."),
        ];
        for (lanes, expected) in table {
            let longest = lanes.iter().map(|lane| lane.end).max().unwrap_or_default();
            let text = description(&lanes, &[], longest);
            assert!(text.starts_with(expected), "{expected}\n{text}");
        }
    }

    #[test]
    fn lanes_that_do_the_same_are_said_together_and_without_microseconds() {
        let mut lanes: Vec<_> = (1..=5)
            .map(|id| lane(&format!("data{id}"), &[(0, 0), (200, 200)]))
            .collect();
        for (index, lane) in (0..).zip(&mut lanes) {
            lane.polls[0].start += Duration::from_micros(17 * index);
        }
        let text = description(&lanes, &[], ms(200));
        assert_eq!(
            text,
            "All five wait at the same time. A timeline over 0.20 s: data1 to data5 from 0 to 0.20 s."
        );
    }

    #[test]
    fn of_many_lanes_the_first_and_the_last_are_named() {
        let mut lanes: Vec<_> = (1..=20)
            .map(|id| lane(&format!("post {id}"), &[(0, 0), (10 * id, 10 * id)]))
            .collect();
        lanes[7].outcome = Outcome::Dropped;
        let text = description(&lanes, &[], ms(200));
        assert!(
            text.ends_with(
                "20 lanes; the first to end is post 1 at 10.0 ms, the last is post 20 at 0.20 s; one dropped."
            ),
            "{text}"
        );
    }

    #[test]
    fn what_others_saw_is_under_way_and_does_not_wait() {
        let mut lanes = vec![lane("/posts/1", &[(0, 0), (20, 20)]); 2];
        for lane in &mut lanes {
            lane.marks = Marks::Events;
        }
        let text = description(&lanes, &[], ms(20));
        assert!(
            text.starts_with("Both are under way at the same time."),
            "{text}"
        );
    }

    #[test]
    fn polls_in_vain_are_explained() {
        let mut lane = lane("long", &[(0, 0), (300, 300)]);
        lane.in_vain.push(Span {
            start: ms(200),
            end: ms(200),
        });
        let text = description(&[lane], &[], ms(300));
        assert!(
            text.contains("One of them was polled, though not woken"),
            "{text}"
        );
    }

    #[test]
    fn who_holds_a_lock_is_told_first() {
        let held = |spans: &[(u64, u64)]| {
            let mut lane = lane("a", &[(0, 0), (200, 200)]);
            let locks = spans.iter().map(|(start, end)| Held {
                lock: "account 0".to_owned(),
                span: Span {
                    start: ms(*start),
                    end: ms(*end),
                },
            });
            lane.held = locks.collect();
            lane
        };
        let table = [
            (vec![held(&[(0, 90)])], "a holds a lock."),
            (
                vec![held(&[(0, 90)]), held(&[(90, 200)])],
                "Two hold a lock, one after the other.",
            ),
            (
                vec![held(&[(0, 90), (20, 50)]), held(&[(80, 200)])],
                "At most two hold a lock at the same time.",
            ),
            (
                vec![held(&[(5, 5)])],
                "Locks are held for moments that are too short to be seen.",
            ),
        ];
        for (lanes, expected) in table {
            let text = description(&lanes, &[], ms(200));
            assert!(text.starts_with(expected), "{expected}\n{text}");
        }
        let text = description(&[held(&[(0, 90)])], &[], ms(200));
        assert!(
            text.contains("a from 0 to 0.20 s, holds account 0 from 0 to 90.0 ms"),
            "{text}"
        );
    }
}
