//! The verdict on exercise 5, from what was seen alone.

mod failures;

use super::parts::{BEFORE, file, open, text};
use super::{GOOD, LIMIT, Plan, Saved, Seen};
use crate::check::code::Code;
use crate::check::report::Finding;
use crate::check::run::Ended;
use crate::check::words::{ending, holds_thread, quote};
use failures::failures;

pub(super) fn judge(good: &Seen, mixed: Option<&Seen>) -> Vec<Finding> {
    if let Some(finding) = ending("pipeline", &good.run.ended) {
        return vec![finding];
    }
    let Ended::Returned(results) = &good.run.ended else {
        return Vec::new();
    };
    let mut findings = Vec::from_iter(held(good));
    findings.extend(flow(good));
    // Where good items are lost among good ones, they are lost among bad ones, too.
    let whole = findings.len();
    findings.extend(items(&GOOD, good, results));
    let whole = findings.len() == whole;
    // Where an item lies under another name, that is told already.
    findings.extend(written(&GOOD, good).filter(|_| whole || good.reader != BEFORE));
    for finding in mixed
        .map(|mixed| failures(mixed, whole))
        .into_iter()
        .flatten()
    {
        // What is wrong with good items is so with others, too, and is told once.
        if findings.iter().all(|other| other.code != finding.code) {
            findings.push(finding);
        }
    }
    findings
}

/// Whether a thread of the runtime was held.
fn held(seen: &Seen) -> Option<Finding> {
    if seen.processing.on_the_runtime {
        return Some(Finding::new(
            Code::BlocksThread,
            "`process` computes, and it ran on the thread of the runtime: no answer is read meanwhile.",
            "`tokio::task::spawn_blocking(move || process(item)).await` runs it on a thread that may be held.",
        ));
    }
    if seen.processing.in_its_midst {
        return Some(Finding::new(
            Code::BlocksThread,
            "`process` computes, and it ran in the middle of the task that awaits all the items (`block_in_place`): the \
             runtime goes \
             on, and the other items of that task stand still.",
            "`tokio::task::spawn_blocking(move || process(item)).await` gives it a thread, and the task goes on.",
        ));
    }
    (seen.run.longest.slept() || seen.run.busy)
        .then(|| holds_thread("pipeline", &seen.run))
        .flatten()
}

/// How the stages overlap.
fn flow(seen: &Seen) -> Vec<Finding> {
    let mut findings = Vec::from_iter(unlimited(seen));
    if seen.counts.most_in_flight == 1 {
        findings.push(Finding::new(
            Code::Sequential,
            "There was never more than one request in flight.",
            "Make a future for every URL, then await them together.",
        ));
    }
    // Whoever asks for one at a time waits for each, and whoever waits for all before the next stage, for all.
    if seen.batches && findings.is_empty() && !seen.gave_up {
        findings.push(Finding::new(
            Code::Limited,
            format!(
                "The items go in batches: while one answer of the first {LIMIT} was held back, no other request came, although \
                 there was room for it."
            ),
            "`chunks` waits for the slowest of each batch. One future for each URL and a `Semaphore`, or `buffer_unordered`, begin \
             the next as soon as there is room.",
        ));
    }
    if seen.gave_up {
        findings.push(Finding::new(
            Code::SequentialStages,
            "Nothing was saved before everything was fetched: the check held the last answer back until something was saved, \
             in vain.",
            "Let each item go through its stages by itself: one `async fn` that fetches, processes and saves *one* item, and \
             many of them at the same time.",
        ));
    }
    findings
}

fn unlimited(seen: &Seen) -> Option<Finding> {
    (seen.counts.most_in_flight > LIMIT).then(|| {
        Finding::new(
            Code::Unlimited,
            format!(
                "{} requests were in flight at the same time; allowed are {LIMIT}.",
                seen.counts.most_in_flight
            ),
            format!(
                "A `Semaphore::new({LIMIT})` of which each request holds a permit, the one that asks again included, or \
                 `buffer_unordered({LIMIT})`, keeps this limit."
            ),
        )
    })
}

/// Whether every good item came out once.
fn items(plan: &Plan, seen: &Seen, results: &[Saved]) -> Option<Finding> {
    let good: Vec<_> = plan.good().collect();
    let times = |id: u32| results.iter().filter(|result| **result == Ok(id)).count();
    if let Some(error) = results.iter().find_map(|result| result.as_ref().err()) {
        let code = if error.contains("panicked") {
            Code::Panicked
        } else {
            Code::ItemLost
        };
        let read = if error.contains("No such file") {
            "Do several items write to the same name before they rename it? Each needs a name of its own."
        } else {
            "Its text says where it comes from."
        };
        return Some(Finding::new(
            code,
            format!(
                "All {} items are good, and one of the results is an error: `{}`.",
                good.len(),
                quote(error)
            ),
            read,
        ));
    }
    let lost: Vec<_> = good
        .iter()
        .filter(|id| times(**id) == 0 || seen.files.get(&file(**id)) != Some(&text(**id)))
        .collect();
    if let Some(finding) = otherwise(&good, seen, results) {
        return Some(finding);
    }
    if !lost.is_empty() {
        return Some(Finding::new(
            Code::ItemLost,
            format!(
                "All {} items are good, and of these there is no result, or no file that holds what `process` returned: \
                 {lost:?}. `pipeline` returned `{}`.",
                good.len(),
                quote(&format!("{results:?}"))
            ),
            "Each URL gives one result, each item one `result_<id>.json`. Look for what loses items: `flatten`, `filter_map`, \
             `if let Ok(…)`, a channel that is closed early.",
        ));
    }
    let twice: Vec<_> = good
        .iter()
        .filter(|id| {
            times(**id) > 1
                || seen
                    .processing
                    .times
                    .get(id)
                    .is_some_and(|times| *times > 1)
        })
        .collect();
    if !twice.is_empty() {
        return Some(Finding::new(
            Code::ItemDuplicated,
            format!("These items were processed, or reported, more than once: {twice:?}."),
            "Try only the request again, not the stages after it.",
        ));
    }
    (results.len() != good.len()).then(|| {
        Finding::new(
            Code::WrongResult,
            format!(
                "`pipeline` was given {} URLs and returned `{}`.",
                good.len(),
                quote(&format!("{results:?}"))
            ),
            "One result for each URL: the id of its item.",
        )
    })
}

/// Whether all is there, under other ids, under other names, or with something else in it.
fn otherwise(good: &[u32], seen: &Seen, results: &[Saved]) -> Option<Finding> {
    let named = |id: &u32| seen.files.get(&file(*id)) == Some(&text(*id));
    let reported = |id: &u32| results.contains(&Ok(*id));
    if results.len() == good.len() && good.iter().all(named) {
        let id = good.iter().find(|id| !reported(id))?;
        return Some(Finding::new(
            Code::WrongResult,
            format!(
                "Every item is saved, but what is returned are not their ids: {id} is missing in `{}`.",
                quote(&format!("{results:?}"))
            ),
            "Return the `id` of the item itself, whatever its place.",
        ));
    }
    if !good.iter().all(reported) {
        return None;
    }
    let id = good.iter().find(|id| !named(id))?;
    let elsewhere = seen
        .files
        .iter()
        .find(|(_, content)| **content == text(*id));
    let (message, read) = match (elsewhere, seen.files.get(&file(*id))) {
        (Some((name, _)), _) => (
            format!(
                "What `process` made of item {id} is in `{name}`, and not in `{}`.",
                file(*id)
            ),
            "`given.output.join(format!(\"result_{id}.json\"))`; a file that has another name at first is renamed to that.",
        ),
        (None, Some(content)) if content != BEFORE => (
            format!(
                "`{}` holds `{}`, but `process` returned `{}`.",
                file(*id),
                quote(content),
                text(*id)
            ),
            "Save what `process` returns for the item, as it is.",
        ),
        _ => return None,
    };
    Some(Finding::new(Code::WrongResult, message, read))
}

/// Whether a reader could have seen half a file.
fn written(plan: &Plan, seen: &Seen) -> Option<Finding> {
    let result = |name: &str| plan.items.iter().any(|(id, _)| name == file(*id));
    let rest: Vec<_> = seen.files.keys().filter(|name| !result(name)).collect();
    let what = if seen.reader != BEFORE {
        format!(
            "A reader that had `{}` open since the run before saw it change: it was written in place.",
            file(open(plan))
        )
    } else if !rest.is_empty() {
        format!("The folder of the results holds something else, too: {rest:?}.")
    } else {
        return None;
    };
    Some(Finding::new(
        Code::PartialFile,
        what,
        "Write to another name in the same folder, then `tokio::fs::rename` it to the right one: a rename is done or not \
         done, never half done.",
    ))
}

#[cfg(test)]
mod tests;
