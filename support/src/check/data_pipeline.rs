//! Exercise 5: a data pipeline.
//!
//! Judged is one function, `pipeline`, twice: with items that are all good, and with items of which some fail, for good
//! or for a while. The service counts what is in flight and holds one answer back until something is saved; the
//! processing notes the thread that it runs on; and a reader has one of the files open while it is written anew.

mod run;

use super::common::{ending, holds_thread_for_good, not_written};
use super::observe::Ended;
use super::report::{Code, Finding, Report};
use crate::chart;
use crate::pipeline::Given;
use crate::server::Counts;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::future::Future;

const EXERCISE: &str = "5_data_pipeline";

/// How many requests may be in flight at the same time.
const LIMIT: usize = 3;

/// The items of the first run, all of them good. The last one is held back until others are saved.
const ITEMS: u32 = 8;
const LAST: &str = "/data/8";

/// The file that a reader has open, and what it held before.
const OPEN: &str = "result_1.json";
const BEFORE: &str = "{\"from\": \"the run before\"}";

/// The second run. Good are 1 and 6; 3 and 4 are good when they are asked again; the others never are.
const MIXED: [&str; 6] = [
    "/data/1", "/data/0", "/data/3", "/data/4", "/data/5", "/data/6",
];
const GOOD: [u32; 2] = [1, 6];
const RETRIED: [u32; 2] = [3, 4];

/// A result without the types of the learner: the id of the item, or the error in words.
type Saved = Result<u32, String>;

/// What the first run left behind.
#[derive(Debug, Clone)]
struct Seen {
    ended: Ended<Vec<Saved>>,
    counts: Counts,
    /// The held answer went out although nothing was saved.
    gave_up: bool,
    /// How often each item was processed, and whether on the thread of the runtime.
    processed: BTreeMap<u32, usize>,
    on_the_runtime: bool,
    /// What is in the folder: names and content.
    files: BTreeMap<String, String>,
    /// What the reader sees, which had its file open all the time.
    reader: String,
}

/// Judges the learner's `pipeline`.
///
/// `pipeline(given)` is to fetch, process and save every item, with at most three requests in flight, and to return for
/// each URL, in any order, the id of the item, or the error that kept it from being saved.
///
/// # Examples
///
/// ```
/// use support::check;
/// use support::pipeline::Given;
///
/// async fn pipeline(given: Given) -> Vec<Result<u32, String>> {
///     todo!("fetch, process and save {} items", given.urls.len())
/// }
///
/// let report = check::data_pipeline(pipeline);
/// assert_eq!(report.findings()[0].code.name(), "not-written");
/// ```
pub fn data_pipeline<Runs, E>(pipeline: impl Fn(Given) -> Runs + Clone + Send + 'static) -> Report
where
    Runs: Future<Output = Vec<Result<u32, E>>>,
    E: Display + 'static,
{
    match run::twice(&pipeline) {
        Ok((seen, mixed, lanes)) => {
            let findings = judge(&seen, mixed.as_ref());
            let figure = chart::lanes("Your pipeline, with items that fail", &lanes);
            Report::new(EXERCISE, findings, explanation(&seen), figure)
        }
        Err(error) => Report::impossible(
            EXERCISE,
            &format!("The parts of the pipeline could not be made: {error}."),
        ),
    }
}

fn text(id: u32) -> String {
    format!("{{\"id\":{id}}}")
}

fn file(id: u32) -> String {
    format!("result_{id}.json")
}

/// The verdict, from what was seen alone.
fn judge(seen: &Seen, mixed: Option<&Ended<Vec<Saved>>>) -> Vec<Finding> {
    if let Ended::NotWritten(task) = &seen.ended {
        return vec![not_written("pipeline", task)];
    }
    if let Some(finding) = ending("pipeline", &seen.ended) {
        return vec![finding];
    }
    let Ended::Returned(results) = &seen.ended else {
        return vec![holds_thread_for_good("pipeline")];
    };
    let mut findings = Vec::new();
    findings.extend(flow(seen));
    findings.extend(items(seen, results));
    findings.extend(written(seen));
    findings.extend(mixed.map(failures).into_iter().flatten());
    findings
}

/// How the stages overlap.
fn flow(seen: &Seen) -> Vec<Finding> {
    let mut findings = Vec::new();
    if seen.counts.most_in_flight > LIMIT {
        findings.push(Finding::new(
            Code::Unlimited,
            format!(
                "{} requests were in flight at the same time; allowed are {LIMIT}.",
                seen.counts.most_in_flight
            ),
            format!(
                "A `Semaphore::new({LIMIT})` of which each fetch holds a permit, or `buffer_unordered({LIMIT})`, keeps to it."
            ),
        ));
    }
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
    if seen.on_the_runtime {
        findings.push(Finding::new(
            Code::BlocksThread,
            "`process` computes, and it ran on the thread of the runtime: no answer is read meanwhile.",
            "`tokio::task::spawn_blocking(move || process(item)).await` gives it a thread that may be busy.",
        ));
    }
    findings
}

/// Whether every item came out once.
fn items(seen: &Seen, results: &[Saved]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let times = |id: u32| results.iter().filter(|result| **result == Ok(id)).count();
    let lost: Vec<_> = (1..=ITEMS)
        .filter(|id| {
            times(*id) == 0
                || seen
                    .files
                    .get(&file(*id))
                    .is_none_or(|content| *content != text(*id))
        })
        .collect();
    if !lost.is_empty() {
        findings.push(Finding::new(
            Code::ItemLost,
            format!("All {ITEMS} items are good, and of these there is no result or no file with it: {lost:?}."),
            "Each URL gives one result, each item one `result_<id>.json` that holds what `process` returned. Look for what \
             drops: `flatten`, `filter_map`, `if let Ok(…)`, a channel that is closed early.",
        ));
    }
    let twice: Vec<_> = (1..=ITEMS)
        .filter(|id| times(*id) > 1 || seen.processed.get(id).is_some_and(|times| *times > 1))
        .collect();
    if !twice.is_empty() {
        findings.push(Finding::new(
            Code::ItemDuplicated,
            format!("These items were processed, or reported, more than once: {twice:?}."),
            "An item belongs to one task. What is tried again is the request, not the stages behind it.",
        ));
    }
    findings
}

/// Whether a reader could have seen half a file.
fn written(seen: &Seen) -> Option<Finding> {
    let rest: Vec<_> = seen
        .files
        .keys()
        .filter(|name| !(1..=ITEMS).any(|id| **name == file(id)))
        .collect();
    let what = if seen.reader != BEFORE {
        format!(
            "Whoever had `{OPEN}` open from the run before saw it change under their eyes: it was written in place."
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

/// What became of good items among bad ones.
fn failures(mixed: &Ended<Vec<Saved>>) -> Vec<Finding> {
    let stops = |what: String| {
        vec![Finding::new(
            Code::OneFailureStopsAll,
            what,
            "Let each item end in a `Result` of its own, and no `unwrap`: `join_all` waits for all, `try_join_all` and `?` do \
             not.",
        )]
    };
    let results = match mixed {
        Ended::Returned(results) => results,
        Ended::Panicked(words) => {
            return stops(format!(
                "One bad item among good ones made `pipeline` panic: `{words}`."
            ));
        }
        Ended::NotWritten(_) | Ended::Never => {
            return stops(
                "With bad items among good ones, `pipeline` did not come back.".to_owned(),
            );
        }
    };
    let missing = |ids: &[u32]| {
        let ids = ids.iter().filter(|id| !results.contains(&Ok(**id)));
        ids.copied().collect::<Vec<_>>()
    };
    let (good, retried) = (missing(&GOOD), missing(&RETRIED));
    if !good.is_empty() {
        return stops(format!(
            "Of {} items some fail, and these good ones were not saved: {good:?}.",
            MIXED.len()
        ));
    }
    let mut findings = Vec::new();
    if results.len() < MIXED.len() {
        findings.push(Finding::new(
            Code::ItemLost,
            format!(
                "Of {} items, {} came to an end. Those that failed are gone without a word.",
                MIXED.len(),
                results.len()
            ),
            "Return an `Err` for each item that could not be saved.",
        ));
    }
    if !retried.is_empty() {
        findings.push(Finding::new(
            Code::NoRetry,
            format!("Asked again, the service would have given these items: {retried:?}. It had answered 503 twice, or 429 once."),
            "503 and 429 pass. Wait, twice as long each time, and ask again, a few times at most. Other failures are final.",
        ));
    }
    findings
}

fn explanation(seen: &Seen) -> String {
    format!(
        "{} requests, never more than {} in flight; the first file was there before the last answer; processing kept off the \
         runtime; every file appeared whole. What failed was tried again where that could help, and reported where it could \
         not. In Python: a `Semaphore`, `asyncio.to_thread`, `os.replace`, and `gather(*items, return_exceptions=True)`.",
        seen.counts.requests, seen.counts.most_in_flight
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Seen {
        Seen {
            ended: Ended::Returned((1..=ITEMS).map(Ok).collect()),
            counts: Counts {
                connections: 3,
                requests: 8,
                most_in_flight: 3,
            },
            gave_up: false,
            processed: (1..=ITEMS).map(|id| (id, 1)).collect(),
            on_the_runtime: false,
            files: (1..=ITEMS).map(|id| (file(id), text(id))).collect(),
            reader: BEFORE.to_owned(),
        }
    }

    fn codes(findings: &[Finding]) -> Vec<&'static str> {
        findings.iter().map(|finding| finding.code.name()).collect()
    }

    #[test]
    fn what_is_right_passes() {
        assert!(codes(&judge(&good(), None)).is_empty());
    }

    #[test]
    fn a_file_that_is_cut_short_counts_as_lost() {
        let mut seen = good();
        seen.files.insert(file(3), "{\"id\"".to_owned());
        assert_eq!(codes(&judge(&seen, None)), ["item-lost"]);
    }

    #[test]
    fn an_item_may_come_out_once_only() {
        let mut seen = good();
        seen.processed.insert(5, 2);
        assert_eq!(codes(&judge(&seen, None)), ["item-duplicated"]);
    }

    #[test]
    fn a_failure_that_is_not_reported_is_told_from_one_that_stops_all() {
        let error = || Err("failed".to_owned());
        let silent = Ended::Returned(vec![Ok(1), Ok(3), Ok(4), Ok(6)]);
        assert_eq!(codes(&failures(&silent)), ["item-lost"]);
        let stopped = Ended::Returned(vec![Ok(1), error()]);
        assert_eq!(codes(&failures(&stopped)), ["one-failure-stops-all"]);
        let tried_once = Ended::Returned(vec![Ok(1), error(), error(), Ok(4), error(), Ok(6)]);
        assert_eq!(codes(&failures(&tried_once)), ["no-retry"]);
    }
}
