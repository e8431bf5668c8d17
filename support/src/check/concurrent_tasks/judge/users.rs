//! What is wrong with `fetch_users`.

use super::super::{IDS, Seen};
use crate::check::code::Code;
use crate::check::report::Finding;
use crate::check::run::{Ended, Run};
use crate::check::words::{ending, holds_thread, left_alone, quote, ratio, same_in_another_order};
use crate::server::{self, User};
use std::time::Duration;

const NOTHING: Duration = Duration::from_millis(1);

pub(super) fn fetch_users(seen: &Seen) -> Vec<Finding> {
    let ones = seen.ones.iter().map(|(id, run)| (vec![*id], run));
    let lists = seen.users.iter().map(|(ids, run)| (ids.clone(), run));
    let all: Vec<_> = ones.chain(lists).collect();
    for (ids, run) in &all {
        let call = match run.ended {
            Ended::NotWritten(_) => "fetch_users".to_owned(),
            _ => format!("fetch_users(vec!{ids:?})"),
        };
        let finding = ending(&call, &run.ended).or_else(|| holds_thread("fetch_users", run));
        if let Some(finding) = finding {
            return vec![finding];
        }
    }
    let Some((_, run)) = seen.users.first() else {
        return Vec::new();
    };
    if run.waited <= NOTHING {
        return vec![if run.left > 0 {
            left_alone("fetch_users")
        } else if run.pool {
            Finding::new(
                Code::BlocksThread,
                "`fetch_users` moves its waiting to threads for blocking work: each fetch costs a thread that sleeps.",
                "Await the futures themselves, by `join_all`.",
            )
        } else {
            Finding::new(
                Code::NotAwaited,
                "`fetch_users` returned at once: no `fetch_user` was awaited in it.",
                "Calling `fetch_user(id)` makes a future, which does nothing until it is awaited. `join_all(…)` is a future, too; \
                 and a user that is made without `fetch_user` was not fetched.",
            )
        }];
    }
    let mut findings = Vec::from_iter(in_turn(seen, run).or_else(|| limit(seen)));
    findings.extend(all.iter().find_map(|(ids, run)| users(ids, run)));
    findings
}

/// How many times as long as the slowest fetch these took, where that is too long.
fn too_long(seen: &Seen, run: &Run<Vec<User>>) -> Option<f64> {
    // The slowest of all is among those of every list.
    let longest = seen.longest(&IDS);
    let rounding = if run.real { 1.3 } else { 1.1 };
    (run.waited > longest.mul_f64(rounding) + NOTHING).then(|| ratio(run.waited, longest))
}

/// Whether the waits of three overlap.
fn in_turn(seen: &Seen, run: &Run<Vec<User>>) -> Option<Finding> {
    let ratio = too_long(seen, run)?;
    Some(Finding::new(
        Code::Sequential,
        format!(
            "`fetch_users` took {ratio:.1} times as long as its slowest fetch alone: one fetch waits for another."
        ),
        "An `.await` inside the loop ends each turn before the next begins. Give all futures to `join_all`.",
    ))
}

/// Whether those of more than three do, too.
fn limit(seen: &Seen) -> Option<Finding> {
    seen.users.iter().skip(1).find_map(|(ids, run)| {
        let ratio = too_long(seen, run)?;
        Some(Finding::new(
            Code::Limited,
            format!(
                "Three fetches overlap, but of more than three, some wait for others: {} fetches took {ratio:.1} times as \
                 long as the slowest of them alone.",
                ids.len()
            ),
            "All of them at the same time, however many: `join_all` has no limit; `buffered(n)`, chunks and a semaphore have one.",
        ))
    })
}

fn users(ids: &[u32], run: &Run<Vec<User>>) -> Option<Finding> {
    let Ended::Returned(found) = &run.ended else {
        return None;
    };
    let wanted: Vec<_> = ids.iter().copied().map(server::user).collect();
    let places: Vec<_> = found.iter().map(|user| user.id).collect();
    if *found == wanted {
        None
    } else if same_in_another_order(found, &wanted) {
        Some(Finding::new(
            Code::OrderLost,
            format!(
                "All users are there, but not in the order of `ids`: {places:?} instead of {ids:?}."
            ),
            "`join_all` and `join!` keep the order of their inputs. A `JoinSet`, a map, and whatever is unordered, do not: \
             keep the place of each beside its result.",
        ))
    } else {
        Some(Finding::new(
            Code::WrongResult,
            format!(
                "`fetch_users(vec!{ids:?})` returned `{}`.",
                quote(&format!("{found:?}"))
            ),
            "Return what each `fetch_user` returned: one user for each id, for any number of ids, and twice where an id comes \
             twice.",
        ))
    }
}
