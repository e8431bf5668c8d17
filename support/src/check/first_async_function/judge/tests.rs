//! What is seen, and the codes that it must give.

use super::*;
use crate::check::run::{Never, Stretch};

fn run<T>(ended: Ended<T>, waited: u64) -> Run<T> {
    Run {
        waited: Duration::from_millis(waited),
        polls: 2,
        ..Run::that(ended)
    }
}

fn blocked<T>(mut run: Run<T>) -> Run<T> {
    run.longest = Stretch {
        wall: Duration::from_millis(200),
        ..Stretch::default()
    };
    run
}

fn data(ids: &[u32]) -> Ended<Vec<String>> {
    Ended::Returned(ids.iter().copied().map(expected).collect())
}

/// A good `fetch`, and a `fetch_all` that ended so.
fn seen(all: Run<Vec<String>>) -> Seen {
    let one = |id: u32| (id, run(Ended::Returned(expected(id)), 200));
    Seen {
        ones: [4, 2, 7].map(one).to_vec(),
        alls: vec![(vec![4, 2, 7], all)],
        timers: (Some("a".into()), Some("a".into())),
        room: true,
    }
}

fn codes(seen: &Seen) -> Vec<&'static str> {
    judge(seen)
        .iter()
        .map(|finding| finding.code.name())
        .collect()
}

#[test]
fn fetch_all_is_judged_by_what_it_returns_and_how_long_it_waits() {
    let table = [
        (run(data(&[4, 2, 7]), 200), &[][..]),
        (run(data(&[4, 2, 7]), 202), &[]),
        (run(data(&[4, 2, 7]), 400), &["sequential"]),
        (run(data(&[4, 2, 7]), 600), &["sequential"]),
        (run(data(&[4, 2, 7]), 0), &["not-awaited"]),
        (run(data(&[2, 4, 7]), 200), &["order-lost"]),
        (run(data(&[4]), 200), &["wrong-result"]),
        (run(data(&[1, 2, 3]), 600), &["sequential", "wrong-result"]),
        (blocked(run(data(&[4, 2, 7]), 0)), &["blocks-thread"]),
        (run(Ended::Never(Never::Asleep), 0), &["never-ends"]),
        (run(Ended::Never(Never::Blocks), 0), &["blocks-thread"]),
        (
            run(Ended::Panicked("index out of bounds".into()), 0),
            &["panicked"],
        ),
        (
            run(Ended::NotWritten("overlap".into()), 0),
            &["not-written"],
        ),
    ];
    for (all, expected) in table {
        let seen = seen(all);
        assert_eq!(codes(&seen), expected, "{seen:?}");
    }
}

#[test]
fn more_than_three_fetches_overlap_too() {
    let mut seen = seen(run(data(&[4, 2, 7]), 200));
    seen.alls
        .push((vec![2, 7, 2, 7, 4], run(data(&[2, 7, 2, 7, 4]), 400)));
    assert_eq!(codes(&seen), ["limited"]);
}

#[test]
fn a_task_that_goes_on_is_not_one_that_was_awaited() {
    let mut seen = seen(run(data(&[4, 2, 7]), 0));
    seen.alls[0].1.left = 3;
    let findings = judge(&seen);
    assert_eq!(findings[0].code, Code::NotAwaited);
    assert!(findings[0].message.contains("handle"), "{findings:?}");
}

#[test]
fn fetches_of_different_length_may_overlap() {
    let mut seen = seen(run(data(&[4, 2, 7]), 1400));
    for (id, run) in &mut seen.ones {
        run.waited = Duration::from_millis(200) * *id;
    }
    assert!(codes(&seen).is_empty());
}

#[test]
fn a_wait_of_its_own_is_told_from_one_of_fetch() {
    let mut seen = seen(run(data(&[4, 2, 7]), 200));
    seen.timers.1 = Some("b".into());
    seen.alls[0].1.waits_for = 1;
    assert_eq!(codes(&seen), ["not-called"]);
    // A time-out around all of them is one thing more.
    seen.alls[0].1.waits_for = 4;
    assert!(codes(&seen).is_empty());
}

#[test]
fn no_time_has_passed_for_several_reasons() {
    let table = [
        (Some("a"), 1, false, false, "not-awaited"),
        (Some("a"), 1, true, false, "no-wait"),
        (Some("a"), 2, true, false, "no-wait"),
        (None, 1, false, false, "no-wait"),
        (None, 2, false, true, "blocks-thread"),
    ];
    for (timer, polls, room, pool, expected) in table {
        let mut seen = seen(run(data(&[4, 2, 7]), 0));
        seen.ones.truncate(1);
        seen.timers = (timer.map(str::to_owned), None);
        seen.room = room;
        let first = &mut seen.ones[0].1;
        (first.waited, first.polls, first.pool) = (Duration::ZERO, polls, pool);
        assert_eq!(codes(&seen), [expected], "{seen:?}");
    }
}

#[test]
fn a_mistake_of_fetch_is_told_once() {
    let mut seen = seen(blocked(run(data(&[4, 2, 7]), 0)));
    seen.ones.truncate(1);
    seen.ones[0].1 = blocked(run(Ended::Returned(expected(4)), 0));
    assert_eq!(codes(&seen), ["blocks-thread"]);
}

#[test]
fn a_half_written_exercise_says_which_half() {
    let findings = judge(&seen(run(Ended::NotWritten("overlap".into()), 0)));
    assert!(findings[0].message.contains("`fetch_all`"), "{findings:?}");
}
