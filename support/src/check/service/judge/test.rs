//! What is wrong with a learner's test.

use super::super::trial::Trial;
use crate::check::code::Code;
use crate::check::report::Finding;
use crate::check::run::{Ended, Run};
use crate::check::words::{ending, quote};
use crate::service::Flaw;

/// What the right services are, in the order of the trial.
const RIGHT: [&str; 5] = [
    "prompt",
    "takes 0.3 s to welcome a client",
    "takes 20 ms for each message that it delivers",
    "hears every second client 15 ms later",
    "takes the next message out of a queue while it writes the one before",
];

pub(super) fn judge(trial: &Trial) -> Vec<Finding> {
    let Some(first) = trial.right.first() else {
        return vec![];
    };
    if let Some(finding) = right(first) {
        return vec![finding];
    }
    let mut findings = Vec::from_iter(flaky(trial));
    let names = |wanted: fn(&Ended<()>) -> bool| {
        let found = trial.broken.iter().filter(|(_, run)| wanted(&run.ended));
        let words: Vec<_> = found.map(|(flaw, _)| described(*flaw)).collect();
        words.join("; ")
    };
    let survived = names(|ended| matches!(ended, Ended::Returned(())));
    if !survived.is_empty() {
        findings.push(Finding::new(
            Code::MutantSurvived,
            format!("Your test passes on a service that is broken. These pass: {survived}."),
            "For each of them, have a client do what brings the mistake to light, and say by `assert_eq!` what it must hear.",
        ));
    }
    let hangs = names(|ended| matches!(ended, Ended::Never(_)));
    if !hangs.is_empty() {
        findings.push(Finding::new(
            Code::SlowTest,
            format!("Your test never ends on a service that is broken, where it should fail: {hangs}."),
            "What does not come is waited for without an end. `hears` has a time-out around `hear`; `room.ended()` needs one, too.",
        ));
    }
    findings
}

/// With the prompt service.
fn right(run: &Run<()>) -> Option<Finding> {
    if let Ended::Panicked(words) = &run.ended {
        return Some(Finding::new(
            Code::WrongResult,
            format!(
                "Your test fails on a service that is right: `{}`.",
                quote(words)
            ),
            "Read the rules again: who hears what, and in which order?",
        ));
    }
    ending("test", &run.ended).or_else(|| {
        run.longest.slept().then(|| {
            Finding::new(
                Code::SlowTest,
                format!(
                    "Your test holds its thread for {} ms. On a paused clock, only `.await` lets time pass at once; and the \
                     service, which runs on the same thread, stood still meanwhile.",
                    run.longest.own().as_millis()
                ),
                "`tokio::time::sleep(…).await` instead of `std::thread::sleep`, or, better, wait for what is to happen.",
            )
        })
    })
}

/// With right services that take their time.
fn flaky(trial: &Trial) -> Option<Finding> {
    let mut slow = trial.right.iter().zip(RIGHT).skip(1);
    let (words, which) = slow.find_map(|(run, which)| match &run.ended {
        Ended::Returned(()) => None,
        Ended::Panicked(words) => Some((quote(words), which)),
        _ => Some(("it never ends".to_owned(), which)),
    })?;
    Some(Finding::new(
        Code::FlakyTest,
        format!(
            "Your test passes on a prompt service, and fails on one that is right and {which}: `{words}`."
        ),
        "Wait for events, and not for times: a client is in the room once it has heard the welcome, time-outs are seconds, and \
         between two clients no order is promised, nor how many messages are missed.",
    ))
}

/// A broken service, by what it does.
pub(super) fn described(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::AssumesOneRead => {
            "one that takes what one read brings for a whole frame (`assumes-one-read`)"
        }
        Flaw::PartialFrameLost => {
            "one that forgets half a frame when another client speaks meanwhile (`partial-frame-lost`)"
        }
        Flaw::NoLimit => "one that accepts frames of any length (`no-limit`)",
        Flaw::OneClientAtATime => {
            "one that serves one client after the other (`one-client-at-a-time`)"
        }
        Flaw::SlowClientStopsAll => {
            "one in which all wait for a client that does not read (`slow-client-stops-all`)"
        }
        Flaw::LaggedIgnored => {
            "one that does not say how many messages a client has missed (`lagged-ignored`)"
        }
        Flaw::HalfCloseIgnored => {
            "one that tells nothing more to a client that has finished sending (`half-close-ignored`)"
        }
        Flaw::DropsOnShutdown => {
            "one that drops what waits for its clients when it is stopped (`drops-on-shutdown`)"
        }
    }
}
