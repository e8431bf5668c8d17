//! What is wrong with a teller, and with those who ask it.

use super::super::Seen;
use super::super::teller::{AFTER, ASKED, Answer, CROWD, Served};
use crate::bank::{Order, Refused};
use crate::check::code::Code;
use crate::check::report::Finding;
use crate::check::run::{Ended, Run};
use crate::check::words::{ending, holds_thread, panicked};

pub(super) fn teller(seen: &Seen) -> Option<Finding> {
    serves(&seen.served).or_else(|| queues(seen.queue.as_ref()?))
}

/// What is wrong with the answers, and with the end.
pub(in crate::check::shared_state) fn serves(run: &Run<Served>) -> Option<Finding> {
    let call = match run.ended {
        Ended::NotWritten(_) => "open_teller, with ask,",
        _ => "ask",
    };
    if let Some(finding) = ending(call, &run.ended).or_else(|| holds_thread(call, run)) {
        return Some(finding);
    }
    let Ended::Returned(served) = &run.ended else {
        return None;
    };
    let answers = ASKED.iter().zip(&served.answers);
    let wrong = answers.clone().find_map(|((order, wanted), answer)| {
        let carried_out = served.then.orders.iter().any(|(given, _)| given == order);
        answered(*order, *wanted, answer, carried_out)
    });
    if wrong.is_some() {
        return wrong;
    }
    if served.then.orders.iter().any(|(_, in_task)| !in_task) {
        return Some(Finding::new(
            Code::NotSpawned,
            "The vault is moved around: a transfer ran in the task that called `ask`, and not in a task of the teller's own.",
            "`tokio::spawn(async move { … })` in `open_teller`: the task owns the vault and the receiver, and `ask` sends it a \
             message.",
        ));
    }
    if let Some(finding) = somebody_went(served) {
        return Some(finding);
    }
    (!served.end.dropped).then(|| {
        Finding::new(
            Code::NeverEnds,
            "Nobody can ask any more, all tellers are dropped, and the task still has the vault: it never ends.",
            "`recv()` returns `None` when the last sender is gone, and `while let Some(…)` ends then. Does the task hold a \
             sender itself? Does it go on after `None`?",
        )
    })
}

/// What is wrong with an answer.
fn answered(
    order: Order,
    wanted: Result<(), Refused>,
    answer: &Answer,
    carried_out: bool,
) -> Option<Finding> {
    let dropped = |said: &str| {
        Finding::new(
            Code::ReplyDropped,
            format!(
                "`ask` for {order} of {} {said}: its reply was dropped without an answer, although the teller is there{}.",
                order.amount,
                if carried_out {
                    " and the vault was asked"
                } else {
                    ""
                }
            ),
            "On every way through the loop, send the result, `Ok` or `Err`: `let _ = request.reply.send(result);`.",
        )
    };
    match answer {
        Ok(answer) if *answer == wanted => None,
        Ok(Err(Refused::Closed)) => Some(dropped("returned `Err(Closed)`")),
        Ok(answer) => Some(Finding::new(
            Code::WrongResult,
            format!(
                "`ask` for {order} of {} returned `{answer:?}`, and the vault said `{wanted:?}`{}.",
                order.amount,
                if carried_out { "" } else { " or was not asked" }
            ),
            "The reply carries what `vault.transfer(order).await` returned, as it is; `ask` waits for it, and returns it.",
        )),
        Err(words) if words.contains("RecvError") || words.contains("channel closed") => {
            Some(dropped(&format!("panicked with `{words}`")))
        }
        Err(words) => Some(panicked(
            &format!("ask({order} of {})", order.amount),
            words,
        )),
    }
}

/// Somebody went before the answer. That must not harm the next.
fn somebody_went(served: &Served) -> Option<Finding> {
    if served.end.panicked || served.after == Ok(Err(Refused::Closed)) {
        return Some(Finding::new(
            Code::Panicked,
            "Somebody stopped waiting before the answer came, and the teller ended with that: nobody is served after it.",
            "`reply.send(…)` returns an error where nobody waits any more. `unwrap`, `expect` and `?` make the end of the \
             teller of it; `let _ = reply.send(…);` does not.",
        ));
    }
    answered(AFTER, Ok(()), &served.after, true)
}

/// Whether the queue grows as long as there are people who ask.
fn queues(run: &Run<usize>) -> Option<Finding> {
    // To ask a thousand times in a row takes a while, which says nothing: that nobody holds a thread was seen before.
    if let Some(finding) = ending("ask", &run.ended) {
        return Some(finding);
    }
    match run.ended {
        Ended::Returned(queued) if queued >= CROWD && !run.real => Some(Finding::new(
            Code::UnboundedQueue,
            format!(
                "{CROWD} asked at once while the teller did nothing, and the queue took {queued}: nothing keeps it from growing \
                 until there is no memory left."
            ),
            "`mpsc::channel(QUEUE)` holds so many messages; who sends one more waits, in `send(…).await`, until there is room.",
        )),
        _ => None,
    }
}
