//! What is wrong with a teller, and with those who ask it.

use super::super::Seen;
use super::super::teller::{AFTER, ANSWERED, ASKED, Answer, CROWD, Crowds, LAST, LEFT, Served};
use crate::bank::{Order, Refused};
use crate::check::code::Code;
use crate::check::report::Finding;
use crate::check::run::{Ended, Run};
use crate::check::words::{ending, holds_thread, panicked};

pub(super) fn teller(seen: &Seen) -> Option<Finding> {
    serves(&seen.served).or_else(|| crowds(seen.crowds.as_ref()?))
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
    let place = served
        .done
        .iter()
        .zip(1..)
        .find(|(done, place)| *done > place);
    if let Some((done, place)) = place {
        return Some(Finding::new(
            Code::WrongResult,
            format!(
                "Answer number {place} came when the vault was done with {done} orders: who had asked first waited for the orders of \
                 others, which came later."
            ),
            "Answer each request before you take the next: `recv`, `transfer`, `send`, in this order, in each turn of the loop.",
        ));
    }
    if served.then.dropped {
        return Some(Finding::new(
            Code::ReplyDropped,
            "All who had asked were answered, and then the teller ended, although it can still be asked: whoever asks next gets \
             `Err(Closed)`.",
            "`while let Some(request) = inbox.recv().await { … }` waits for the next, and ends when nobody can ask any more. That \
             the queue is empty for a moment is no end.",
        ));
    }
    if let Some(finding) = somebody_went(served) {
        return Some(finding);
    }
    if let Some(order) = LAST
        .into_iter()
        .find(|order| !served.end.ended.contains(order))
    {
        return Some(Finding::new(
            Code::WrongResult,
            format!(
                "The order {order} of {} was sent, then all went who could ask, and it was not carried out.",
                order.amount
            ),
            "What was sent is carried out, though nobody waits for it: `recv()` still brings all that is in the queue when the last \
             sender is gone. Nobody has to stop the task.",
        ));
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

/// Somebody went before the answer. That must not harm the next, and what was ordered is ordered.
fn somebody_went(served: &Served) -> Option<Finding> {
    if served.end.panicked || served.after == Ok(Err(Refused::Closed)) {
        return Some(Finding::new(
            Code::Panicked,
            "Somebody stopped waiting before the answer came, and the teller ended with that: nobody is served after it.",
            "`reply.send(…)` returns an error where nobody waits any more. `unwrap`, `expect` and `?` make the end of the \
             teller of it; `let _ = reply.send(…);` does not.",
        ));
    }
    let undone = LEFT
        .into_iter()
        .find(|order| !served.left.ended.contains(order));
    if let Some(order) = undone {
        let begun = served.left.orders.iter().any(|(given, _)| *given == order);
        return Some(Finding::new(
            Code::WrongResult,
            format!(
                "The order {order} of {} was sent, and who asked stopped waiting before the answer came: {}. It is to be carried \
                 out all the same.",
                order.amount,
                if begun {
                    "the vault had begun it, and its transfer was dropped in the middle"
                } else {
                    "the vault was never given it"
                }
            ),
            "Carry out each request, and then reply. Whether anybody still waits shows in the result of `reply.send(…)`, and is \
             no reason to leave an order undone.",
        ));
    }
    answered(AFTER, Ok(()), &served.after, true)
}

/// What the notebook calls the size of the channel.
const QUEUE: usize = 8;

/// Whether more is taken in as long as there are people who ask, and whether all are answered.
fn crowds(run: &Run<Crowds>) -> Option<Finding> {
    // To ask a thousand times in a row takes a while, which says nothing: that nobody holds a thread was seen before.
    if let Some(finding) = ending("ask", &run.ended) {
        return Some(finding);
    }
    let Ended::Returned(crowds) = &run.ended else {
        return None;
    };
    let taken_in = crowds.taken_in;
    if taken_in >= CROWD && !run.real {
        return Some(Finding::new(
            Code::UnboundedQueue,
            format!(
                "{CROWD} asked at once, and {taken_in} orders were taken in while the vault was at the first: nothing keeps them from \
                 growing in number, in the queue or beside it, until there is no memory left."
            ),
            "`mpsc::channel(QUEUE)` holds so many messages, and the teller takes the next one out when it is done with the last; \
             who sends one more waits, in `send(…).await`, until there is room.",
        ));
    }
    // On a busy machine the teller may not have begun yet, so that one fewer is right, too.
    if !(QUEUE..=QUEUE + 1).contains(&taken_in) && !run.real {
        let (code, what) = match taken_in > QUEUE {
            true => (Code::UnboundedQueue, "more wait than are meant to"),
            false => (
                Code::WrongResult,
                "so many are to wait in the queue, and no fewer",
            ),
        };
        return Some(Finding::new(
            code,
            format!(
                "{CROWD} asked at once, and {taken_in} orders were taken in while the vault was at the first. That one and {QUEUE} \
                 in the queue, the `QUEUE` of the notebook, are {}: {what}.",
                QUEUE + 1
            ),
            "`mpsc::channel(QUEUE)`, whatever the vault holds; nothing beside the channel keeps requests, and the teller takes one \
             out when it is done with the last.",
        ));
    }
    let refused = |answer: &&Answer| **answer == Ok(Err(Refused::Closed));
    let refused = crowds.answers.iter().filter(refused).count();
    if refused > 0 {
        return Some(Finding::new(
            Code::WrongResult,
            format!(
                "{ANSWERED} asked at once, and `ask` returned `Err(Closed)` for {refused} of them, although the teller is there: \
                 their orders are lost."
            ),
            "Who finds the queue full waits for room, in `send(…).await`, and then for the answer, as long as it takes. `Closed` is \
             for a teller that is gone.",
        ));
    }
    let mut answers = crowds.answers.iter();
    answers.find_map(|answer| answered(Order::new(0, 1, 1), Ok(()), answer, true))
}
