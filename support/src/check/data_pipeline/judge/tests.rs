//! What is seen, and the codes that it must give.

use super::super::MIXED;
use super::super::parts::path;
use super::*;
use crate::check::run::{Never, Run, Stretch};
use crate::server::{Counts, Request};
use std::time::Duration;

/// A change of what is right, and the codes that it gives.
type Row = (fn(&mut Seen), &'static str);

fn request(id: u32, moved: u64) -> Request {
    Request {
        path: path(id),
        start: Duration::ZERO,
        end: None,
        left: None,
        status: Some(503),
        agent: None,
        moved: Duration::from_millis(moved),
        waited: Duration::ZERO,
    }
}

/// A run of a plan as it should be, asking again at these moments.
fn right(plan: &'static Plan, again: [u64; 3]) -> Seen {
    let good: Vec<_> = plan.good().collect();
    let one = |(id, _): &(u32, _)| good.contains(id).then_some(*id).ok_or("failed".to_owned());
    Seen {
        run: Run::that(Ended::Returned(plan.items.iter().map(one).collect())),
        counts: Counts {
            connections: 3,
            requests: 8,
            most_in_flight: 3,
        },
        log: again
            .map(|at| request(3, at))
            .into_iter()
            .chain([request(0, 0)])
            .collect(),
        gave_up: false,
        batches: false,
        processing: Default::default(),
        files: good.iter().map(|id| (file(*id), text(*id))).collect(),
        reader: BEFORE.to_owned(),
        lanes: vec![],
    }
}

fn codes(good: impl FnOnce(&mut Seen), mixed: impl FnOnce(&mut Seen)) -> String {
    let (mut one, mut other) = (right(&GOOD, [0, 0, 0]), right(&MIXED, [0, 100, 300]));
    good(&mut one);
    mixed(&mut other);
    let codes: Vec<_> = judge(&one, Some(&other))
        .iter()
        .map(|finding| finding.code.name())
        .collect();
    codes.join(", ")
}

fn results(seen: &mut Seen) -> &mut Vec<Saved> {
    match &mut seen.run.ended {
        Ended::Returned(results) => results,
        other => panic!("{other:?}"),
    }
}

#[test]
fn good_items_and_what_is_wrong_with_them() {
    let table: [Row; 12] = [
        (|_| (), ""),
        (|seen| seen.counts.most_in_flight = 4, "unlimited"),
        (|seen| seen.counts.most_in_flight = 1, "sequential"),
        (|seen| seen.gave_up = true, "sequential-stages"),
        (
            |seen| seen.processing.on_the_runtime = true,
            "blocks-thread",
        ),
        (
            |seen| drop(seen.files.insert(file(3), "{".into())),
            "wrong-result",
        ),
        (|seen| drop(seen.files.remove(&file(3))), "item-lost"),
        (|seen| results(seen)[0] = Ok(99), "wrong-result"),
        (|seen| seen.batches = true, "limited"),
        (
            |seen| *seen.processing.times.entry(3).or_default() = 2,
            "item-duplicated",
        ),
        (|seen| seen.reader.clear(), "partial-file"),
        (
            |seen| results(seen)[0] = Err("task 3 panicked".into()),
            "panicked",
        ),
    ];
    for (change, expected) in table {
        assert_eq!(codes(change, |_| ()), expected);
    }
}

#[test]
fn bad_items_and_what_is_wrong_with_them() {
    let table: [Row; 12] = [
        (|seen| results(seen).retain(Result::is_ok), "item-lost"),
        (|seen| results(seen).truncate(1), "one-failure-stops-all"),
        (|seen| results(seen)[1] = Ok(0), "error-swallowed"),
        (|seen| results(seen)[7] = Ok(13), "status-not-checked"),
        (|seen| results(seen)[2] = Err("503".into()), "no-retry"),
        (
            |seen| drop(seen.files.insert(file(5), "error".into())),
            "error-swallowed",
        ),
        (|seen| seen.counts.most_in_flight = 4, "unlimited"),
        (|seen| seen.log.push(request(0, 0)), "retries-too-much"),
        (
            |seen| seen.log.extend([request(13, 0), request(13, 9)]),
            "retries-too-much",
        ),
        (
            |seen| seen.log.extend([request(5, 0), request(5, 9)]),
            "retries-too-much",
        ),
        (
            |seen| seen.run = Run::that(Ended::Panicked("boom".into())),
            "one-failure-stops-all",
        ),
        (
            |seen| {
                seen.log = vec![request(9, 0); 40];
                seen.run = Run::that(Ended::Never(Never::Turns));
            },
            "retries-for-ever",
        ),
    ];
    for (change, expected) in table {
        assert_eq!(codes(|_| (), change), expected);
    }
}

#[test]
fn a_pause_is_told_from_none_and_from_one_that_does_not_grow() {
    for (again, expected) in [
        ([0, 100, 300], ""),
        ([0, 0, 0], "no-backoff"),
        ([0, 100, 205], "no-backoff"),
        ([0, 2, 4], ""),
    ] {
        let log = right(&MIXED, again).log;
        assert_eq!(codes(|_| (), |seen| seen.log = log), expected, "{again:?}");
    }
}

#[test]
fn pauses_that_double_are_told_from_those_that_grow_evenly() {
    let table: [(&[u64], &str); 7] = [
        (&[0, 100, 300, 700, 1500], ""),
        // Twice as long each time, with what a way there and back may add.
        (&[0, 21, 67, 148], ""),
        (&[0, 56, 150, 344], ""),
        (&[0, 109, 311, 745], ""),
        (&[0, 100, 300, 600], "no-backoff"),
        (&[0, 105, 320, 625], "no-backoff"),
        // Twice as long, up to a bound.
        (&[0, 100, 300, 500, 700], ""),
    ];
    for (at, expected) in table {
        let add = |seen: &mut Seen| seen.log.extend(at.iter().map(|at| request(9, *at)));
        assert_eq!(codes(|_| (), add), expected, "{at:?}");
    }
}

#[test]
fn a_thread_that_is_held_is_seen_in_the_second_run_too() {
    let blocked = |seen: &mut Seen| {
        seen.run.longest = Stretch {
            wall: Duration::from_millis(100),
            ..Stretch::default()
        };
    };
    assert_eq!(codes(|_| (), blocked), "blocks-thread");
}
