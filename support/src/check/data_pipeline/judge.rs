//! The verdict on exercise 5, from what was seen alone.

use super::parts::{BEFORE, file, open, path, text};
use super::{GOOD, LIMIT, MIXED, Plan, Saved, Seen};
use crate::check::code::Code;
use crate::check::report::Finding;
use crate::check::run::{Ended, Never};
use crate::check::words::{ending, holds_thread, quote};
use crate::server::Request;
use std::time::Duration;

/// Requests for one thing that will never come, after which nobody gives up any more.
const FOR_EVER: usize = 30;

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
    findings.extend(written(&GOOD, good));
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
            "`tokio::task::spawn_blocking(move || process(item)).await` gives it a thread that may be busy.",
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
    if seen.gave_up {
        findings.push(Finding::new(
            Code::SequentialStages,
            "Nothing was saved before everything was fetched: we held the last answer back until something would be.",
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
                 `buffer_unordered({LIMIT})`, keeps to it."
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
        return Some(Finding::new(
            code,
            format!(
                "All {} items are good, and one of the results is an error: `{}`.",
                good.len(),
                quote(error)
            ),
            "Its words say where it comes from.",
        ));
    }
    let lost: Vec<_> = good
        .iter()
        .filter(|id| times(**id) == 0 || seen.files.get(&file(**id)) != Some(&text(**id)))
        .collect();
    if !lost.is_empty() {
        return Some(Finding::new(
            Code::ItemLost,
            format!(
                "All {} items are good, and of these there is no result, or no file that holds what `process` returned: \
                 {lost:?}. `pipeline` returned `{}`.",
                good.len(),
                quote(&format!("{results:?}"))
            ),
            "Each URL gives one result, each item one `result_<id>.json`. Look for what drops: `flatten`, `filter_map`, \
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
            "An item belongs to one task. What is tried again is the request, not the stages behind it.",
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

/// Whether a reader could have seen half a file.
fn written(plan: &Plan, seen: &Seen) -> Option<Finding> {
    let result = |name: &str| plan.items.iter().any(|(id, _)| name == file(*id));
    let rest: Vec<_> = seen.files.keys().filter(|name| !result(name)).collect();
    let what = if seen.reader != BEFORE {
        format!(
            "Whoever had `{}` open from the run before saw it change under their eyes: it was written in place.",
            file(open(plan))
        )
    } else if !rest.is_empty() {
        format!("In the folder of the results lies what is none: {rest:?}.")
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

fn stops(what: String) -> Finding {
    Finding::new(
        Code::OneFailureStopsAll,
        what,
        "Let each item end in a `Result` of its own, and no `unwrap`: `join_all` waits for all, `try_join_all` and `?` do \
         not.",
    )
}

/// What became of good items among bad ones.
fn failures(seen: &Seen, whole: bool) -> Vec<Finding> {
    let results = match &seen.run.ended {
        Ended::Returned(results) => results,
        Ended::Panicked(words) => {
            return vec![stops(format!(
                "One bad item among good ones made `pipeline` panic: `{}`.",
                quote(words)
            ))];
        }
        Ended::Never(never) => return vec![without_end(seen, *never)],
        ended @ Ended::NotWritten(_) => return Vec::from_iter(ending("pipeline", ended)),
    };
    let mut findings = Vec::from_iter(held(seen));
    findings.extend(whole.then(|| outcome(results)).flatten());
    // Whoever never asks again cannot do it wrongly.
    findings.extend(retries(seen));
    findings.extend(unlimited(seen));
    if findings.is_empty() {
        findings.extend(folder(seen));
        findings.extend(written(&MIXED, seen));
    }
    findings
}

/// With items that fail, it did not come back.
fn without_end(seen: &Seen, never: Never) -> Finding {
    let most = seen
        .log
        .iter()
        .map(|request| requests(seen, &request.path).count())
        .max();
    match seen
        .log
        .iter()
        .find(|request| Some(requests(seen, &request.path).count()) == most)
    {
        Some(request) if most > Some(FOR_EVER) => Finding::new(
            Code::RetriesForEver,
            format!(
                "`{}` answers {} each time, and `pipeline` asked for it {} times, without an end.",
                request.path,
                request.status.unwrap_or_default(),
                most.unwrap_or_default()
            ),
            "Count the tries: `for attempt in 0..4 { … }`, and an `Err` after the last.",
        ),
        _ => ending::<()>("pipeline, with items that fail,", &Ended::Never(never))
            .unwrap_or_else(|| stops("`pipeline` did not come back.".to_owned())),
    }
}

/// What was returned and saved of items of which some fail.
fn outcome(results: &[Saved]) -> Option<Finding> {
    let returned = quote(&format!("{results:?}"));
    let saved = |id: u32| results.contains(&Ok(id));
    let retried: Vec<_> = MIXED.retried().filter(|id| !saved(*id)).collect();
    let at_once = MIXED
        .good()
        .filter(|id| !MIXED.retried().any(|other| other == *id));
    let missing: Vec<_> = at_once.filter(|id| !saved(*id)).collect();
    if !missing.is_empty() {
        return Some(stops(format!(
            "Of {} items some fail, and these good ones were not saved: {missing:?}. `pipeline` returned `{returned}`.",
            MIXED.items.len()
        )));
    }
    if saved(13) || saved(9) {
        return Some(Finding::new(
            Code::StatusNotChecked,
            "An answer with a bad status was taken for a good item: its body happened to look like one.",
            "`send` succeeds whatever the status is. `error_for_status()?` turns 4xx and 5xx into errors.",
        ));
    }
    let good = |id: &u32| MIXED.good().any(|good| good == *id);
    if let Some(invented) = results.iter().flatten().find(|id| !good(id)) {
        return Some(Finding::new(
            Code::ErrorSwallowed,
            format!(
                "An item that failed came back as `Ok({invented})`: whoever called `pipeline` takes it for saved. It returned `{returned}`."
            ),
            "Return the `Err` of each item that could not be saved.",
        ));
    }
    if results.len() < MIXED.items.len() {
        return Some(Finding::new(
            Code::ItemLost,
            format!(
                "Of {} items, {} came to an end. Those that failed are gone without a word: `{returned}`.",
                MIXED.items.len(),
                results.len()
            ),
            "Return an `Err` for each item that could not be saved.",
        ));
    }
    if results.len() > MIXED.items.len() {
        return Some(Finding::new(
            Code::ItemDuplicated,
            format!(
                "{} items gave {} results: `{returned}`.",
                MIXED.items.len(),
                results.len()
            ),
            "One result for each URL.",
        ));
    }
    (!retried.is_empty()).then(|| {
        Finding::new(
            Code::NoRetry,
            format!("Asked again, the service would have given these items: {retried:?}. It had answered 503 once or twice, or 429 once."),
            "503 and 429 pass. Wait, twice as long each time, and ask again, a few times at most. Other failures are final.",
        )
    })
}

/// The requests for one path.
fn requests<'s>(seen: &'s Seen, path: &'s str) -> impl Iterator<Item = &'s Request> {
    seen.log.iter().filter(move |request| request.path == path)
}

/// How it asked again, where it did.
fn retries(seen: &Seen) -> Option<Finding> {
    let missing = requests(seen, &path(0)).count();
    if missing > 1 {
        return Some(Finding::new(
            Code::RetriesTooMuch,
            format!("`/data/0` does not exist (404), and `pipeline` asked for it {missing} times."),
            "Only 503 and 429 pass. What else fails is final: return its error at once.",
        ));
    }
    let at: Vec<_> = requests(seen, &path(3))
        .map(|request| moment(seen, request))
        .collect();
    let pauses: Vec<_> = at
        .windows(2)
        .map(|pair| pair[1].saturating_sub(pair[0]))
        .collect();
    let no_backoff = |message: String| {
        Some(Finding::new(
            Code::NoBackoff,
            message,
            "`tokio::time::sleep(pause).await; pause *= 2;` between one try and the next.",
        ))
    };
    let least = Duration::from_millis(if seen.run.real { 5 } else { 1 });
    match pauses[..] {
        [first, ..] if first < least => no_backoff(
            "`/data/3` answered 503, and was asked again at once, without a pause.".to_owned(),
        ),
        // Short pauses, and those on a clock that goes on by itself, are not exact enough to be compared.
        [first, second, ..]
            if !seen.run.real
                && first >= Duration::from_millis(10)
                && second < first.mul_f64(1.3) =>
        {
            no_backoff(format!(
                "`/data/3` answered 503 twice, and the second pause was no longer than the first: {} ms, then {} ms.",
                first.as_millis(),
                second.as_millis()
            ))
        }
        _ => None,
    }
}

/// When a request came in, on the clock of whoever asked.
fn moment(seen: &Seen, request: &Request) -> Duration {
    if seen.run.real {
        request.start
    } else {
        request.moved
    }
}

/// What lies in the folder after items of which some fail.
fn folder(seen: &Seen) -> Option<Finding> {
    let saved: Vec<_> = MIXED.good().collect();
    let wrong = MIXED
        .items
        .iter()
        .find(|(id, _)| !saved.contains(id) && seen.files.contains_key(&file(*id)));
    if let Some((id, _)) = wrong {
        return Some(Finding::new(
            Code::ErrorSwallowed,
            format!(
                "Item {id} never came, and `{}` is there: `{}`.",
                file(*id),
                quote(&seen.files[&file(*id)])
            ),
            "What failed has no file. Whoever reads the folder takes every `result_<id>.json` for a result.",
        ));
    }
    let lost: Vec<_> = saved
        .iter()
        .filter(|id| seen.files.get(&file(**id)) != Some(&text(**id)))
        .collect();
    (!lost.is_empty()).then(|| {
        Finding::new(
            Code::ItemLost,
            format!("Of these items there is a result, and no file that holds what `process` returned: {lost:?}."),
            "Save each item before you return its id.",
        )
    })
}

#[cfg(test)]
mod tests;
