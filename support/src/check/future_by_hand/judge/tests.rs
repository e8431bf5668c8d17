//! Verdicts from what was seen, in a table.

use super::*;
use crate::check::future_by_hand::STEP;
use crate::check::future_by_hand::probes::Noted;
use crate::check::future_by_hand::trial::Tried;

fn good() -> Waiting<()> {
    Waiting {
        early: false,
        woken_early: false,
        asked: 1,
        kept: true,
        not_woken: None,
        stale: false,
        late: false,
        not_yet: false,
        value: Some(()),
        again: false,
        polled: vec![Duration::ZERO, STEP],
        woken: vec![STEP],
    }
}

#[test]
fn each_way_to_wait_wrongly_has_a_code() {
    let never = Waiting {
        not_woken: Some(0),
        value: None,
        ..good()
    };
    let table = [
        (good(), None),
        (
            Waiting {
                early: true,
                ..good()
            },
            Some(Code::NoWait),
        ),
        (
            Waiting {
                woken_early: true,
                early: true,
                ..good()
            },
            Some(Code::BusyPoll),
        ),
        (never.clone(), Some(Code::NeverWoken)),
        (
            Waiting {
                asked: 0,
                kept: false,
                ..never.clone()
            },
            Some(Code::NeverWoken),
        ),
        (
            Waiting {
                asked: 0,
                ..never.clone()
            },
            Some(Code::NotCalled),
        ),
        (
            Waiting {
                stale: true,
                late: true,
                ..never.clone()
            },
            Some(Code::WrongResult),
        ),
        (
            Waiting {
                not_yet: true,
                ..never.clone()
            },
            Some(Code::BusyPoll),
        ),
        (
            Waiting {
                stale: true,
                ..never
            },
            Some(Code::StaleWaker),
        ),
        (
            Waiting {
                value: None,
                ..good()
            },
            Some(Code::NeverEnds),
        ),
    ];
    for (seen, expected) in table {
        let found = timer(&[Run::that(Ended::Returned(seen.clone()))]);
        assert_eq!(found.map(|finding| finding.code), expected, "{seen:?}");
    }
}

#[test]
fn each_way_to_run_tasks_wrongly_has_a_code() {
    let probe = Noted {
        name: "the task",
        polls: 2,
        wakes: 1,
        ready: true,
        ..Noted::default()
    };
    let good = || Tried {
        plan: "it is tried",
        ended: Some(Ended::Returned(42)),
        probes: vec![probe.clone()],
        inside: None,
        spins: false,
        starved: false,
        wake_panicked: None,
        after_drop: 0,
    };
    let with = |change: &dyn Fn(&mut Tried)| {
        let mut tried = good();
        change(&mut tried);
        tried
    };
    let table = [
        (good(), None),
        (with(&|tried| tried.spins = true), Some(Code::Spins)),
        (with(&|tried| tried.starved = true), Some(Code::StarvesOne)),
        (
            with(&|tried| tried.after_drop = 1),
            Some(Code::RunsAfterDrop),
        ),
        (
            with(&|tried| tried.ended = Some(Ended::Returned(7))),
            Some(Code::WrongResult),
        ),
        (
            with(&|tried| tried.probes[0].unwoken = 1),
            Some(Code::PollsUnwoken),
        ),
        (
            with(&|tried| tried.probes[0].after_ready = 1),
            Some(Code::PolledAfterReady),
        ),
        (with(&|tried| tried.ended = None), Some(Code::NeverEnds)),
        (
            with(&|tried| (tried.ended, tried.probes[0].waits_for_poll) = (None, true)),
            Some(Code::LosesWakes),
        ),
        (
            with(&|tried| (tried.ended, tried.probes[0].polls) = (None, 0)),
            Some(Code::WorkNotRun),
        ),
        (
            with(&|tried| (tried.ended, tried.inside) = (None, Some("wake"))),
            Some(Code::BlocksThread),
        ),
    ];
    for (tried, expected) in table {
        let found = executor(&tried).map(|finding| finding.code);
        assert_eq!(found, expected, "{tried:?}");
    }
}
