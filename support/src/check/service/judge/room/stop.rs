//! What is wrong with a service that is stopped.

use super::super::super::End;
use super::super::super::stories::{TOO_LATE, Told, WAITING, message};
use super::{shown, welcome_and};
use crate::check::code::Code;
use crate::check::report::Finding;
use crate::check::words::quote;
use crate::service::GRACE;

pub(super) fn stop(told: &Told) -> Option<Finding> {
    let wanted = welcome_and((1..=WAITING).map(message));
    let (one, late) = (told.heard.first()?, told.heard.get(1)?);
    // Who did not hear itself has another reason, which is told elsewhere.
    if one.texts.len() < wanted.len() {
        return None;
    }
    let heard = [one, late]
        .into_iter()
        .any(|heard| heard.texts.iter().any(|text| text == TOO_LATE));
    if heard {
        return Some(Finding::new(
            Code::AcceptsAfterStop,
            "The service was stopped, half a second later a client said something, and it was heard: clients are still read.",
            "`stop` ends reading as well as accepting: `() = stop.cancelled() => …` is a branch in the loop that reads a client, too.",
        ));
    }
    let returned = told.heard.len() > 2;
    if returned || late.texts != wanted || late.end == Some(End::Failed) {
        return Some(Finding::new(
            Code::DropsOnShutdown,
            format!(
                "{WAITING} messages waited for a client when the service was stopped. The client read on half a second later, and \
                 heard {}.{}",
                shown(late),
                if returned {
                    " By then `serve` had returned, and with a program's `main` all of its tasks end."
                } else {
                    ""
                }
            ),
            "`stop` ends accepting and reading, and not writing: let each task write what waits in its queue, and wait for the \
             tasks (`join_next`) before `serve` returns.",
        ));
    }
    if one.end == Some(End::Silent) {
        return Some(Finding::new(
            Code::NeverEnds,
            format!(
                "`serve` was stopped, all that it had taken was read, and {} s later it had not returned.",
                (GRACE * 2).as_secs()
            ),
            "What does it wait for? Each loop looks at `stop.cancelled()`, in the loop that accepts and in each client's task.",
        ));
    }
    match told.ended.as_ref()? {
        Ok(()) => None,
        Err(words) => Some(Finding::new(
            Code::WrongResult,
            format!(
                "`serve` was stopped, and returned an error: {}.",
                quote(words)
            ),
            "To be stopped is a good end: `Ok(())`.",
        )),
    }
}

pub(super) fn deaf(told: &Told) -> Option<Finding> {
    let one = told.heard.first()?;
    (one.end == Some(End::Silent) && one.texts.len() > WAITING).then(|| {
        Finding::new(
            Code::NoTimeout,
            format!(
                "The service was stopped while a client did not read at all, and {} s later it still waited for that client.",
                (GRACE * 2).as_secs()
            ),
            "Wait for the tasks within one `timeout(GRACE, …)` around all of the waiting, and abort those that are left: \
             `clients.shutdown().await`.",
        )
    })
    .or_else(|| {
        let words = told.ended.as_ref()?.as_ref().err()?;
        (one.end == Some(End::Closed)).then_some(())?;
        Some(Finding::new(
            Code::WrongResult,
            format!(
                "`serve` was stopped while a client did not read, and returned an error: {}.",
                quote(words)
            ),
            "That GRACE is over is no error of the service: abort the tasks that are left, and return `Ok(())`.",
        ))
    })
}
