//! The verdict on exercise 1, from what was seen alone.

use super::Seen;
use crate::check::code::Code;
use crate::check::report::Finding;
use crate::check::run::{Ended, Run};
use crate::check::words::{ending, holds_thread, left_alone, quote, ratio, same_in_another_order};
use std::time::Duration;

/// A wait that is none: Tokio's timers are exact to a millisecond.
const NOTHING: Duration = Duration::from_millis(1);

pub(super) fn expected(id: u32) -> String {
    format!("data{id}")
}

/// The first finding is the cause; what follows from it is left out.
pub(super) fn judge(seen: &Seen) -> Vec<Finding> {
    let mut findings = Vec::from_iter(fetch(seen));
    if findings
        .iter()
        .any(|finding| finding.code == Code::NotWritten)
    {
        return findings;
    }
    let all = fetch_all(seen, findings.is_empty());
    // What is wrong in `fetch` shows in `fetch_all` too, and is told once.
    let own = |finding: &Finding| !findings.iter().any(|other| other.code == finding.code);
    let all: Vec<_> = all.into_iter().filter(own).collect();
    findings.extend(all);
    findings
}

/// What is wrong with `fetch`.
fn fetch(seen: &Seen) -> Option<Finding> {
    let (_, first) = seen.ones.first()?;
    if let Ended::NotWritten(_) = first.ended {
        return ending("fetch", &first.ended);
    }
    for (id, run) in &seen.ones {
        if let Some(finding) = ending(&format!("fetch({id})"), &run.ended) {
            return Some(finding);
        }
    }
    if let Some(finding) = holds_thread("fetch", first) {
        return Some(finding);
    }
    if first.waited <= NOTHING {
        return Some(waits_for_nothing(seen, first));
    }
    if first.real && seen.timers.0.is_none() {
        return Some(Finding::new(
            Code::BlocksThread,
            "`fetch` waits for a thread that it starts, and that thread sleeps: the runtime goes on, but each fetch costs a \
             thread.",
            "`tokio::time::sleep(…).await` waits without any thread.",
        ));
    }
    seen.ones.iter().find_map(|(id, run)| match &run.ended {
        Ended::Returned(result) if *result != expected(*id) => Some(Finding::new(
            Code::WrongResult,
            format!(
                "`fetch({id})` returned `{}` instead of `{:?}`.",
                quote(&format!("{result:?}")),
                expected(*id)
            ),
            "Read the last line of `fetch`.",
        )),
        _ => None,
    })
}

/// No time passed in `fetch`: which of the reasons?
fn waits_for_nothing(seen: &Seen, run: &Run<String>) -> Finding {
    if run.left > 0 {
        left_alone("fetch")
    } else if run.pool {
        Finding::new(
            Code::BlocksThread,
            "`fetch` moves its waiting to a thread for blocking work: the runtime goes on, but each fetch costs a thread that \
             sleeps.",
            "`spawn_blocking` is for what cannot be awaited. Here, `tokio::time::sleep(…).await` needs no thread at all.",
        )
    } else if seen.timers.0.is_some() && run.polls == 1 && !seen.room {
        Finding::new(
            Code::NotAwaited,
            "`fetch` returned without waiting: a timer was made in it, and never awaited.",
            "A future does nothing until it is awaited. Read the line that waits: does it end in `.await`?",
        )
    } else if seen.timers.0.is_some() {
        Finding::new(
            Code::NoWait,
            "`fetch` awaits, and no time passes: what it waits for is ready at once.",
            "For how long does it sleep? The first `tick()` of an interval is ready at once, and so is a sleep of zero. \
             `tokio::time::sleep(STEP).await` waits.",
        )
    } else {
        Finding::new(
            Code::NoWait,
            "`fetch` returned without waiting: there is no timer in it, so there is nothing that takes time.",
            "`std::thread::sleep(STEP)` of `fetch_sync` becomes `tokio::time::sleep(STEP).await`. `yield_now` does not wait.",
        )
    }
}

/// What is wrong with `fetch_all`; its waits say something where those of `fetch` are right.
fn fetch_all(seen: &Seen, fetch_is_right: bool) -> Vec<Finding> {
    let Some((ids, run)) = seen.alls.first() else {
        return Vec::new();
    };
    if let Ended::NotWritten(_) = run.ended {
        return Vec::from_iter(ending("fetch_all", &run.ended));
    }
    for (ids, run) in &seen.alls {
        if let Some(finding) = ending(&format!("fetch_all(vec!{ids:?})"), &run.ended) {
            return vec![finding];
        }
    }
    if let Some(finding) = holds_thread("fetch_all", run) {
        return vec![finding];
    }
    let mut findings = Vec::new();
    if fetch_is_right && run.waited <= NOTHING && run.left == 0 && run.pool {
        return vec![Finding::new(
            Code::BlocksThread,
            "`fetch_all` awaits no `fetch`: threads for blocking work do the waiting, one sleeping thread for each.",
            "Await the futures themselves, by `join_all`: they need no thread while they wait.",
        )];
    }
    if fetch_is_right && run.waited <= NOTHING && run.left > 0 {
        return vec![left_alone("fetch_all")];
    }
    if fetch_is_right && run.waited <= NOTHING {
        return vec![Finding::new(
            Code::NotAwaited,
            "`fetch_all` returned, and no fetch was awaited: no time passed in it.",
            "Calling `fetch(id)` makes a future, which does nothing until it is awaited. `join_all(…)` is a future, too.",
        )];
    }
    if fetch_is_right && own_wait(seen, run) {
        return vec![Finding::new(
            Code::NotCalled,
            "`fetch_all` waits by itself and never calls `fetch`.",
            "Call `fetch(id)` for every id, and return the results.",
        )];
    }
    if fetch_is_right {
        findings.extend(overlap(seen, ids, run).or_else(|| limit(seen)));
    }
    findings.extend(seen.alls.iter().find_map(|(ids, run)| results(ids, run)));
    findings
}

/// Whether `fetch_all` waits for one thing, or one for each id, that was not made in `fetch`.
fn own_wait(seen: &Seen, run: &Run<Vec<String>>) -> bool {
    match &seen.timers {
        // What tasks wait for does not show.
        (Some(_), Some(_)) if run.tasks > 0 => false,
        (Some(fetch), Some(all)) => {
            fetch != all && (run.waits_for == 1 || run.waits_for == super::IDS.len())
        }
        (Some(_), None) => !run.real,
        _ => false,
    }
}

/// Whether the waits overlap. Two of three in a row are sequential, too.
fn overlap(seen: &Seen, ids: &[u32], run: &Run<Vec<String>>) -> Option<Finding> {
    let longest = seen.longest(ids);
    let rounding = if run.real { 1.5 } else { 1.1 };
    (run.waited > longest.mul_f64(rounding) + NOTHING).then(|| {
        Finding::new(
            Code::Sequential,
            format!(
                "`fetch_all` does not overlap its waits: {} fetches took {:.1} times as long as the longest of them alone.",
                ids.len(),
                ratio(run.waited, longest)
            ),
            "An `.await` in a loop ends each wait before the next one begins. Make all futures first, then await them together.",
        )
    })
}

/// Whether the waits of more than those overlap, too.
fn limit(seen: &Seen) -> Option<Finding> {
    seen.alls.iter().skip(1).find_map(|(ids, run)| {
        overlap(seen, ids, run)?;
        Some(Finding::new(
            Code::Limited,
            format!(
                "Three fetches overlap, but of more than three, some wait for others: {} fetches took {:.1} times as long as \
                 the longest of them alone.",
                ids.len(),
                ratio(run.waited, seen.longest(ids))
            ),
            "All of them at the same time, however many: `join_all` has no limit; `buffered(n)`, chunks and a semaphore have one.",
        ))
    })
}

fn results(ids: &[u32], run: &Run<Vec<String>>) -> Option<Finding> {
    let Ended::Returned(results) = &run.ended else {
        return None;
    };
    let wanted: Vec<_> = ids.iter().copied().map(expected).collect();
    if *results == wanted {
        None
    } else if same_in_another_order(results, &wanted) {
        Some(Finding::new(
            Code::OrderLost,
            format!(
                "The results are right, but not in the order of `ids`: `{results:?}` for `{ids:?}`."
            ),
            "`join_all` keeps the order. Where results come in another order, or are sorted, put each back in its place.",
        ))
    } else {
        Some(Finding::new(
            Code::WrongResult,
            format!(
                "`fetch_all(vec!{ids:?})` returned `{}` instead of `{wanted:?}`.",
                quote(&format!("{results:?}"))
            ),
            "Return what each `fetch` returned: one result for each id, for any number of ids.",
        ))
    }
}

#[cfg(test)]
mod tests;
