//! Verdicts from what was seen of codecs, of broken services and of tests.

use super::super::frames::{Cut, Read, Reading};
use super::super::stories::{FLOOD, message, told};
use super::super::{End, trial::Trial};
use super::room::account;
use super::*;
use crate::check::code::Code;
use crate::check::run::{Ended, Never, Run};
use crate::service::{Flaw, LIMIT, Manner, serve};

fn codes(findings: &[Finding]) -> Vec<Code> {
    findings.iter().map(|finding| finding.code).collect()
}

fn read(frames: &[&[u8]], end: End) -> Read {
    let frames = frames.iter().map(|frame| frame.to_vec()).collect();
    Read { frames, end }
}

/// What a right codec shows, changed in one place.
fn seen(change: impl FnOnce(&mut Reading)) -> Frames {
    let mut reading = Reading {
        alone: read(&[b"hi"], End::Closed),
        cuts: vec![
            (Cut::Nowhere, read(&[b"hi", b"there"], End::Closed)),
            (Cut::Everywhere, read(&[b"hi", b"there"], End::Closed)),
        ],
        ends: vec![(0, read(&[], End::Closed)), (3, read(&[], End::Failed))],
        full: read(&[&[b'x'; LIMIT]], End::Closed),
        long: vec![read(&[], End::Failed); 4],
    };
    change(&mut reading);
    let bytes = crate::service::framed(b"there");
    Frames {
        reading: Run::that(Ended::Returned(reading)),
        writing: Run::that(Ended::Returned([bytes.clone(), bytes])),
    }
}

#[test]
fn each_mistake_of_a_codec_has_its_code() {
    let judged = |change: fn(&mut Reading)| codes(&frames::judge(&seen(change)));
    assert_eq!(judged(|_| {}), []);
    assert_eq!(
        judged(|reading| reading.cuts[1].1 = read(&[b"h"], End::Failed)),
        [Code::AssumesOneRead]
    );
    assert_eq!(
        judged(|reading| reading.cuts[0].1 = read(&[b"hi"], End::Closed)),
        [Code::PartialFrameLost]
    );
    assert_eq!(
        judged(|reading| {
            reading.ends[1].1.end = End::Closed;
            reading.long[1].end = End::Silent;
        }),
        [Code::EofNotError, Code::NoLimit]
    );
}

#[test]
fn what_was_missed_counts_where_it_was_missed() {
    let heard = |first: usize, missed: &str| {
        let before = (1..=first).map(message);
        let after = (FLOOD - 15..=FLOOD).map(message);
        before
            .chain([missed.to_owned()])
            .chain(after)
            .collect::<Vec<_>>()
    };
    let gap = FLOOD - 16 - 5;
    assert_eq!(
        account(&heard(5, &format!("missed {gap}"))),
        (21, gap, true)
    );
    assert_eq!(account(&heard(5, "missed 1")), (21, 1, false));
    assert_eq!(account(&heard(5, "")), (21, 0, false));
}

#[test]
fn a_test_is_told_what_it_lets_pass_and_where_it_hangs() {
    let passes = || Run::that(Ended::Returned(()));
    let fails = || Run::that(Ended::Panicked("nothing heard".to_owned()));
    let trial = |right: Vec<Run<()>>, broken: Vec<(Flaw, Run<()>)>| Trial { right, broken };
    let judged = |trial| codes(&test::judge(&trial));
    assert_eq!(
        judged(trial(
            vec![passes(), passes()],
            vec![(Flaw::NoLimit, fails())]
        )),
        []
    );
    assert_eq!(judged(trial(vec![fails()], vec![])), [Code::WrongResult]);
    let hangs = Run::that(Ended::Never(Never::Asleep));
    let broken = vec![(Flaw::NoLimit, passes()), (Flaw::LaggedIgnored, hangs)];
    assert_eq!(
        judged(trial(vec![passes(), fails()], broken)),
        [Code::FlakyTest, Code::MutantSurvived, Code::SlowTest]
    );
}

/// What the check finds in a service of the lab's own.
fn found(manner: Manner) -> Vec<Code> {
    let stories = told(move |listener, stop| serve(listener, stop, manner), true);
    codes(&room::judge(&stories))
}

#[test]
fn the_services_that_a_test_must_let_pass_are_right() {
    for manner in Manner::right() {
        assert_eq!(found(manner), [], "{manner:?}");
    }
}

#[test]
fn each_broken_service_is_broken_in_the_one_way_that_its_name_says() {
    let code = |flaw| match flaw {
        Flaw::AssumesOneRead => Code::AssumesOneRead,
        Flaw::PartialFrameLost => Code::PartialFrameLost,
        Flaw::NoLimit => Code::NoLimit,
        Flaw::OneClientAtATime => Code::OneClientAtATime,
        Flaw::SlowClientStopsAll => Code::SlowClientStopsAll,
        Flaw::LaggedIgnored => Code::LaggedIgnored,
        Flaw::HalfCloseIgnored => Code::HalfCloseIgnored,
        Flaw::DropsOnShutdown => Code::DropsOnShutdown,
    };
    for flaw in Flaw::ALL {
        assert_eq!(found(Manner::broken(flaw)), [code(flaw)], "{flaw:?}");
    }
}
