//! What is seen, and the codes that it must give.

use super::super::jobs::PLANS;
use super::*;
use crate::check::run::{Never, Stretch};
use crate::server::{self, User};
use std::time::Duration;

const GOOD: [State; 4] = [State::Ended; 4];

/// Results of the first plan: `Ok` of a number, or an error in these words.
fn results(places: &[Result<usize, &str>]) -> Vec<Result<String, String>> {
    let one = |place: &Result<usize, &str>| match place {
        Ok(place) => Ok(format!("result {place}")),
        Err(words) => Err((*words).to_owned()),
    };
    places.iter().map(one).collect()
}

fn codes(states: [State; 4], most: usize, places: &[Result<usize, &str>]) -> Vec<&'static str> {
    let jobs = Jobs {
        results: results(places),
        states: states.to_vec(),
        most,
        tasks: (0..4).map(|task| Some(task.to_string())).collect(),
    };
    names(&run_all(&PLANS[0], &Run::that(Ended::Returned(jobs))))
}

fn names(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.code.name()).collect()
}

#[test]
fn the_results_say_first_what_went_wrong() {
    let panic = Err("task 5 panicked with message \"job 2 fails on purpose\"");
    let table: &[(&[Result<usize, &str>], &str)] = &[
        (&[Ok(0), Ok(1), panic, Ok(3)], ""),
        (&[], "result-ignored"),
        (&[Ok(0), Ok(1), Ok(3)], "panic-swallowed"),
        (&[Ok(0), Ok(1), Ok(99), Ok(3)], "panic-swallowed"),
        (&[Ok(1), panic, Ok(3), Ok(0)], "order-lost"),
        (&[Ok(0), Ok(1), Err("error"), Ok(3)], "error-swallowed"),
        (&[Ok(0), Ok(1), panic, Ok(3), Ok(3)], "wrong-result"),
    ];
    for (places, expected) in table {
        assert_eq!(codes(GOOD, 4, places).join(", "), *expected, "{places:?}");
    }
}

#[test]
fn what_became_of_the_jobs_comes_before_their_results() {
    use State::{Ended as E, NeverRun as N, Running as R, Stopped as S};
    let cancelled = Err("task 5 was cancelled");
    let table: &[(_, &[_], &str)] = &[
        ([R, E, E, E], &[], "handle-dropped"),
        ([S, E, E, E], &[cancelled], "cancelled"),
        ([N, N, N, N], &[cancelled; 4], "cancelled"),
        ([N, E, E, E], &[Ok(1), Ok(3)], "item-lost"),
    ];
    for (states, places, expected) in table {
        assert_eq!(
            codes(*states, 4, places).join(", "),
            *expected,
            "{states:?}"
        );
    }
}

#[test]
fn jobs_in_a_row_are_told_from_a_few_at_a_time() {
    let right = [Ok(0), Ok(1), Err("job 2 fails on purpose"), Ok(3)];
    assert_eq!(codes(GOOD, 1, &right), ["sequential"]);
    assert_eq!(codes(GOOD, 2, &right), ["limited"]);
    assert_eq!(codes(GOOD, 1, &[]), ["result-ignored", "sequential"]);
}

#[test]
fn each_job_is_a_task_of_its_own() {
    let task = |name: &str| Some(name.to_owned());
    let table = [
        ([task("1"), task("2"), task("3"), task("4")], ""),
        ([task("1"), task("2"), task("3"), task("3")], "not-spawned"),
        ([None, None, None, None], "not-spawned"),
    ];
    for (tasks, expected) in table {
        let jobs = Jobs {
            results: results(&[Ok(0), Ok(1), Err("job 2 fails on purpose"), Ok(3)]),
            states: GOOD.to_vec(),
            most: 4,
            tasks: tasks.to_vec(),
        };
        let findings = run_all(&PLANS[0], &Run::that(Ended::Returned(jobs)));
        assert_eq!(names(&findings).join(", "), expected, "{tasks:?}");
    }
}

#[test]
fn a_panic_that_spreads_is_told_from_one_of_run_all() {
    let table = [
        ("job 2 fails on purpose", "took `run_all`"),
        (
            "called `unwrap` on Panic(Id(4), \"job 2 fails on purpose\")",
            "panicked in turn",
        ),
        ("index out of bounds", "run_all(of 4 jobs)"),
    ];
    for (words, expected) in table {
        let findings = run_all(&PLANS[0], &Run::that(Ended::Panicked(words.to_owned())));
        assert_eq!(names(&findings), ["panicked"]);
        assert!(findings[0].message.contains(expected), "{findings:?}");
    }
}

fn users(ids: &[u32], waited: u64) -> Run<Vec<User>> {
    Run {
        waited: Duration::from_millis(waited),
        ..Run::that(Ended::Returned(
            ids.iter().copied().map(server::user).collect(),
        ))
    }
}

#[test]
fn users_are_compared_whole_and_waits_with_the_longest() {
    let with = |run: Run<Vec<User>>| Seen {
        ones: vec![
            (2, users(&[2], 200)),
            (1, users(&[1], 300)),
            (3, users(&[3], 100)),
        ],
        users: vec![(vec![2, 1, 3], run)],
        jobs: vec![],
    };
    let mut blocked = users(&[2, 1, 3], 300);
    blocked.longest = Stretch {
        wall: Duration::from_millis(100),
        ..Stretch::default()
    };
    let table = [
        (users(&[2, 1, 3], 300), ""),
        (users(&[2, 1, 3], 600), "sequential"),
        (users(&[3, 2, 1], 300), "order-lost"),
        (users(&[1, 2], 300), "wrong-result"),
        (users(&[2, 1, 3], 0), "not-awaited"),
        (blocked, "blocks-thread"),
        (Run::that(Ended::Never(Never::Turns)), "never-ends"),
        (Run::that(Ended::Panicked("index".into())), "panicked"),
    ];
    for (run, expected) in table {
        let seen = with(run);
        assert_eq!(names(&judge(&seen)).join(", "), expected, "{seen:?}");
    }
}
