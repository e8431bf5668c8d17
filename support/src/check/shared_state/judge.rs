//! The verdict on exercise 7, from what was seen alone.

mod tellers;

use super::Seen;
use super::right::{Result, carried_out, whatever_they_hold};
use super::story::told;
use super::transfers::{Alone, Case, TOGETHER, Together, Transfers, Tried, Wrong};
use crate::bank::Order;
use crate::check::code::Code;
use crate::check::interleave::End;
use crate::check::report::Finding;
use crate::check::run::{Ended, Run};
use crate::check::words::{ending, holds_thread, panicked};
use std::time::Duration;
pub(super) use tellers::serves;

/// Three ways to move money, which do not call each other. What is not written yet is told behind what is wrong before it.
pub(super) fn judge(seen: &Seen) -> Vec<Finding> {
    let ways = [
        transfers("transfer", &seen.transfer),
        transfers("transfer_remote", &seen.remote),
        tellers::teller(seen),
    ];
    let mut findings = Vec::new();
    for finding in ways.into_iter().flatten() {
        let last = finding.code == Code::NotWritten;
        findings.push(finding);
        if last {
            break;
        }
    }
    findings
}

/// What is wrong with a function for transfers.
fn transfers(name: &str, seen: &Transfers) -> Option<Finding> {
    let alone = seen.alone.iter();
    alone
        .clone()
        .find_map(|(case, run)| carries_out(name, case, run))
        .or_else(|| {
            let mut tried = seen.tried.iter();
            tried.find_map(|tried| in_any_order(name, tried, seen.count()))
        })
        .or_else(|| overlaps(name, seen.together.as_ref()?))
}

/// What is wrong with an order that is alone.
fn carries_out(name: &str, case: &Case, run: &Run<Alone>) -> Option<Finding> {
    let call = match run.ended {
        Ended::NotWritten(_) => name.to_owned(),
        _ => format!("{name}(bank, {} of {})", case.order, case.order.amount),
    };
    if let Some(finding) = ending(&call, &run.ended).or_else(|| holds_thread(name, run)) {
        return Some(finding);
    }
    let Ended::Returned(alone) = &run.ended else {
        return None;
    };
    let mut balances = case.balances.to_vec();
    let wanted = carried_out(&mut balances, case.order);
    if alone.early || !alone.asked.answered.contains(&case.order) {
        return Some(not_asked(name, case, alone));
    }
    let Some(after) = &alone.balances else {
        return Some(Finding::new(
            Code::WrongResult,
            format!("`{name}` returned, and an account is still locked."),
            "A guard gives its lock back where it is dropped. Look for what keeps it: `forget`, a task that goes on.",
        ));
    };
    if alone.result == wanted && *after == balances {
        return alone
            .holds_too_long()
            .then(|| held_too_long(name, case, alone.late));
    }
    Some(Finding::new(
        Code::WrongResult,
        format!(
            "The accounts had {:?}, and the order was {} of {}. `{name}` returned `{:?}` and left {after:?}; right are \
                 `{wanted:?}` and {balances:?}.",
            case.balances, case.order, case.order.amount, alone.result
        ),
        "An order that is declined, or for more than is there, moves nothing and returns the error. All that is there may be \
             moved.",
    ))
}

/// The money is where it should be, and the locks are not given back.
fn held_too_long(name: &str, case: &Case, late: Duration) -> Finding {
    Finding::new(
        Code::LockAcrossAwait,
        format!(
            "`{name}` carried out {} of {} alone, and still held a lock {} ms after the last `write`. Who needs that account \
             waits, too, and for nothing.",
            case.order,
            case.order.amount,
            late.as_millis()
        ),
        "The last `write` is the last that needs the locks. Whatever waits after it waits without them.",
    )
}

/// Nobody had said that the order may be carried out, at least not yet.
fn not_asked(name: &str, case: &Case, alone: &Alone) -> Finding {
    let moved = alone.early
        || alone
            .balances
            .as_deref()
            .is_some_and(|now| now != case.balances);
    let did = if moved {
        format!("moved the money of {}", case.order)
    } else {
        format!(
            "returned `{:?}` for {} of {}",
            alone.result, case.order, case.order.amount
        )
    };
    let answered = alone.asked.answered.contains(&case.order);
    let what = match (answered, alone.asked.orders.contains(&case.order)) {
        (true, _) => {
            "before it was told whether it may: everybody sees money moved that may be declined, and can spend it"
        }
        (false, true) => "and did not wait for the answer to whether it may",
        (false, false) => "and never asked whether it may",
    };
    Finding::new(
        Code::NotCalled,
        format!("`{name}` {did} {what}."),
        "First `bank.approve(order).await?`: it returns an error where the order is declined.",
    )
}

/// What is wrong where others run beside it.
fn in_any_order(name: &str, tried: &Tried, count: usize) -> Option<Finding> {
    let wrong = tried.wrong.as_ref()?;
    let played = &wrong.played;
    let orders = tried.scene.orders;
    if let Some((task, lock, steps)) = &played.held {
        return Some(Finding::new(
            Code::BlocksThread,
            format!(
                "`{name}` waits with the guard of {lock} in its hands, a mutex of `std`: {}. Whoever wants the lock meanwhile \
                 holds a thread; on a runtime with one thread, nobody can ever give it back.",
                told(tried.scene, &played.steps, *steps)
            ),
            format!(
                "Before each `.await` of transfer {}, the guards have to be gone: do first what waits, then lock.",
                orders[*task]
            ),
        ));
    }
    let story = told(tried.scene, &played.steps, usize::MAX);
    match &played.end {
        End::Deadlock(circle) => {
            let waits: Vec<_> = circle
                .iter()
                .map(|waits| {
                    let (who, holder) = (orders[waits.task], orders[waits.holder]);
                    format!("{who} waits for {}, which {holder} holds", waits.lock)
                })
                .collect();
            let read = if circle.len() == 1 {
                "An order may be from an account to itself: a lock that is held cannot be taken again. Look at such an order \
                 before you lock."
            } else {
                "Take the locks in one order, whoever pays: the account with the smaller number first."
            };
            Some(Finding::new(
                Code::Deadlock,
                format!(
                    "In order of turns number {count}, `{name}` comes to where nobody can go on: {}. Before that: {story}.",
                    waits.join("; ")
                ),
                read,
            ))
        }
        End::Asleep(task) => Some(Finding::new(
            Code::NeverEnds,
            format!(
                "In order of turns number {count}, transfer {} of `{name}` waits, and nothing will wake it: {story}.",
                orders[*task]
            ),
            "What should wake it? Look for a lock that is taken and never given back, a channel, a `Notify`.",
        )),
        End::Turns => Some(Finding::new(
            Code::NeverEnds,
            format!("In order of turns number {count}, `{name}` goes round and round: {story}."),
            "Look for the loop. Whoever gives up one lock and tries again has to let the other have its turn.",
        )),
        End::Stuck(task) => Some(Finding::new(
            Code::BlocksThread,
            format!(
                "In order of turns number {count}, transfer {} of `{name}` holds its thread and does not come back: {story}.",
                orders[*task]
            ),
            "Look for what waits without `.await`: a lock of `std` that another holds, `recv()`, `join()`, `sleep` of `std`.",
        )),
        End::All(results) => ends_wrongly(name, tried, wrong, results, count),
    }
}

/// All have ended, and not as if each had been alone.
fn ends_wrongly(
    name: &str,
    tried: &Tried,
    wrong: &Wrong,
    results: &[std::result::Result<Result, String>],
    count: usize,
) -> Option<Finding> {
    if let Some(words) = results.iter().find_map(|result| result.as_ref().err()) {
        return Some(panicked(name, words));
    }
    if let Some(order) = wrong.unasked {
        return Some(Finding::new(
            Code::NotCalled,
            format!(
                "`{name}` returned `Ok(())` for {order} of {} before it was told whether it may.",
                order.amount
            ),
            "First `bank.approve(order).await?`, also for an order from an account to itself.",
        ));
    }
    let mut ended = tried.scene.orders.iter().zip(results);
    if let Some(finding) = ended.find_map(|(order, result)| returned(name, *order, result)) {
        return Some(finding);
    }
    let played = &wrong.played;
    let sum: i64 = tried.scene.balances.iter().sum();
    let had = tried.scene.balances;
    let after = wrong.balances.clone().unwrap_or_default();
    let (what, steps) = match (played.torn, played.parted) {
        (Some(steps), _) => (
            format!(
                "there is a moment in which no lock is held and the accounts have another sum than {sum}: a transfer is done \
                 in part"
            ),
            steps,
        ),
        (None, Some((task, steps))) => (
            format!(
                "{} changes a balance, gives its lock back, and changes another after that: whoever takes that lock between \
                 the two sees a part of the transfer",
                tried.scene.orders[task]
            ),
            steps,
        ),
        (None, None) => (
            format!(
                "the accounts had {had:?} and end with {after:?}, as they never would with one transfer after the other"
            ),
            usize::MAX,
        ),
    };
    Some(Finding::new(
        Code::TornTransfer,
        format!(
            "In order of turns number {count}, `{name}` is torn: {what}. {}.",
            told(tried.scene, &played.steps, steps)
        ),
        "Lock both accounts before you look at a balance, and give neither back until both are changed. What was read \
         before a lock, or between two, may be old.",
    ))
}

/// What is wrong with what an order returned, where that does not depend on the others.
fn returned(
    name: &str,
    order: Order,
    result: &std::result::Result<Result, String>,
) -> Option<Finding> {
    let wanted = whatever_they_hold(order)?;
    let result = result.as_ref().ok()?;
    (*result != wanted).then(|| {
        Finding::new(
            Code::WrongResult,
            format!(
                "`{name}` returned `{result:?}` for {order} of {}; right is `{wanted:?}`.",
                order.amount
            ),
            "An order that is declined returns the error, also where it is from an account to itself. Such an order succeeds \
             where it is approved, whatever the account has.",
        )
    })
}

/// Whether those that need not wait for each other did not.
fn overlaps(name: &str, run: &Run<Together>) -> Option<Finding> {
    if let Some(finding) = ending(name, &run.ended).or_else(|| holds_thread(name, run)) {
        return Some(finding);
    }
    let Ended::Returned(together) = &run.ended else {
        return None;
    };
    let asked = &together.asked;
    if !asked.locked.is_zero() {
        let share = asked.locked.as_secs_f64() / run.waited.as_secs_f64().max(0.001);
        return Some(Finding::new(
            Code::LockAcrossAwait,
            format!(
                "`{name}` holds a lock while it waits for an approval, in {:.0} % of the time that four transfers take. Who \
                 needs that account waits, too, and for nothing: of four approvals, {} were under way at the same time.",
                share * 100.0,
                asked.most
            ),
            "An approval needs no lock. `bank.approve(order).await?` first, then the locks.",
        ));
    }
    if asked.most < TOGETHER.len() {
        return Some(Finding::new(
            Code::Sequential,
            format!(
                "Of four approvals that could have been waited for together, `{name}` had {} under way at the same time.",
                asked.most
            ),
            "Look for a lock of your own, or a permit, around the whole transfer: nothing has to be locked for an approval.",
        ));
    }
    if let Some(finding) = locks_of_others(name, together) {
        return Some(finding);
    }
    // Two of four have no account in common with the other two.
    let locked = |lane: usize| together.lanes[lane].locked();
    let meet = |one: usize, other: usize| {
        let (one, other) = (locked(one), locked(other));
        let long =
            |spans: &[crate::timeline::Span]| spans.iter().any(|span| !span.length().is_zero());
        !long(&one)
            || !long(&other)
            || one.iter().any(|one| {
                other
                    .iter()
                    .any(|other| one.start < other.end && other.start < one.end)
            })
    };
    let apart = together.lanes.len() == TOGETHER.len()
        && !meet(0, 1)
        && !meet(0, 3)
        && !meet(2, 1)
        && !meet(2, 3);
    apart.then(|| {
        Finding::new(
            Code::Sequential,
            format!(
                "`{name}` lets transfers between accounts 0 and 3 wait for those between 1 and 2, which have none in common."
            ),
            "Lock the two accounts of the order, and nothing else: no lock around all of them while you wait for round trips.",
        )
    })
}

/// Whether one waits with the lock of an account with which it has nothing to do. What is locked between two waits only, as by
/// one who looks at all accounts, keeps nobody waiting.
fn locks_of_others(name: &str, together: &Together) -> Option<Finding> {
    let mut lanes = TOGETHER.iter().zip(&together.lanes);
    let (order, other) = lanes.find_map(|(order, lane)| {
        let own = [order.from, order.to].map(|number| format!("account {number}"));
        let long = lane
            .held
            .iter()
            .filter(|held| !held.span.length().is_zero());
        let mut held = long.map(|held| &*held.lock);
        let other =
            held.find(|lock| lock.starts_with("account ") && !own.iter().any(|own| own == lock))?;
        Some((order, other.to_owned()))
    })?;
    Some(Finding::new(
        Code::Sequential,
        format!(
            "`{name}` waits with {other} locked for the order {order}: transfers of that account wait for this one, and have none in \
             common with it."
        ),
        "Lock the account that pays and the one that is paid, the smaller number first, and nothing between them.",
    ))
}

#[cfg(test)]
mod tests;
