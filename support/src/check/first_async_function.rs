//! Exercise 1: the first async function.
//!
//! Judged are two functions: `fetch`, which waits without holding its thread, and `fetch_all`, which overlaps the waits.

use super::common::{ending, not_written, ratio, waiting};
use super::observe::{Ended, Observed, observe};
use super::report::{Code, Finding, Report};
use crate::chart;
use std::future::Future;

const EXERCISE: &str = "1_first_async_function";

/// What `fetch_all` is asked for. Neither sorted nor the numbers of the notebook, so that a result out of order or
/// written down beforehand shows.
const IDS: [u32; 3] = [4, 2, 7];

/// Judges the learner's `fetch` and `fetch_all`.
///
/// `fetch(id)` is to wait without blocking and to return `data{id}`; `fetch_all(ids)` is to fetch all of them at the
/// same time and to return their results in the order of `ids`.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use support::check;
///
/// async fn fetch(id: u32) -> String {
///     tokio::time::sleep(Duration::from_millis(200)).await;
///     format!("data{id}")
/// }
///
/// async fn one_by_one(ids: Vec<u32>) -> Vec<String> {
///     let mut results = Vec::new();
///     for id in ids {
///         results.push(fetch(id).await);
///     }
///     results
/// }
///
/// let report = check::first_async_function(fetch, one_by_one);
/// assert_eq!(report.findings()[0].code.name(), "sequential");
/// ```
pub fn first_async_function<One, All>(
    fetch: impl Fn(u32) -> One + Clone + Send + 'static,
    fetch_all: impl Fn(Vec<u32>) -> All + Clone + Send + 'static,
) -> Report
where
    One: Future<Output = String>,
    All: Future<Output = Vec<String>>,
{
    let one = observe("fetch, once", move || fetch(IDS[0]));
    let all = observe("fetch_all of three", move || fetch_all(IDS.to_vec()));
    let lanes: Vec<_> = one.lane.iter().chain(&all.lane).cloned().collect();
    let figure = chart::lanes("Your functions, on a clock that only waiting moves", &lanes);
    Report::new(EXERCISE, judge(&one, &all), explanation(&one, &all), figure)
}

/// The verdict, from what was seen alone.
fn judge(one: &Observed<String>, all: &Observed<Vec<String>>) -> Vec<Finding> {
    if let Ended::NotWritten(task) = &one.ended {
        return vec![not_written("fetch", task)];
    }
    let mut findings = Vec::new();
    findings.extend(ending("fetch", &one.ended));
    if findings.is_empty() {
        findings.extend(waiting("fetch", one));
        if let Ended::Returned(result) = &one.ended
            && *result != expected(IDS[0])
        {
            findings.push(Finding::new(
                Code::WrongResult,
                format!(
                    "`fetch({})` returned `{result:?}` instead of `{:?}`.",
                    IDS[0],
                    expected(IDS[0])
                ),
                "Read the last line of `fetch`.",
            ));
        }
    }
    if let Ended::NotWritten(task) = &all.ended {
        findings.push(not_written("fetch_all", task));
        return findings;
    }
    // What is wrong in `fetch` shows in `fetch_all` too, and is told once.
    let own = |finding: &Finding| !findings.iter().any(|other| other.code == finding.code);
    let found: Vec<_> = ending("fetch_all", &all.ended)
        .into_iter()
        .chain(overlap(one, all))
        .filter(own)
        .collect();
    findings.extend(found);
    findings
}

fn expected(id: u32) -> String {
    format!("data{id}")
}

/// Whether the waits overlap, and whether the results are the right ones.
fn overlap(one: &Observed<String>, all: &Observed<Vec<String>>) -> Vec<Finding> {
    let mut findings = Vec::from_iter(match &all.ended {
        Ended::Panicked(_) | Ended::NotWritten(_) => return Vec::new(),
        Ended::Returned(_) | Ended::Never => waiting("fetch_all", all),
    });
    // Two of three in a row are sequential too, so anything clearly above one wait counts.
    if findings.is_empty()
        && !one.blocked
        && !one.waited.is_zero()
        && all.waited >= one.waited.mul_f64(1.5)
    {
        findings.push(Finding::new(
            Code::Sequential,
            format!(
                "`fetch_all` awaits one fetch after the other: three of them took {:.1} times as long as one.",
                ratio(all.waited, one.waited)
            ),
            "An `.await` in a loop waits for each turn to end. Make all futures first, then await them together.",
        ));
    }
    if let Ended::Returned(results) = &all.ended {
        let wanted = IDS.map(expected);
        let mut sorted = (results.clone(), wanted.to_vec());
        sorted.0.sort();
        sorted.1.sort();
        if sorted.0 != sorted.1 {
            findings.push(Finding::new(
                Code::WrongResult,
                format!("`fetch_all(vec!{IDS:?})` returned `{results:?}` instead of `{wanted:?}`."),
                "It returns what each `fetch` returned.",
            ));
        } else if *results != wanted {
            findings.push(Finding::new(
                Code::OrderLost,
                format!("The results are right, but not in the order of `ids`: `{results:?}` for `{IDS:?}`."),
                "`join_all` keeps the order; whatever gives results as they come in needs them put back in place.",
            ));
        }
    }
    findings
}

fn explanation(one: &Observed<String>, all: &Observed<Vec<String>>) -> String {
    format!(
        "Three fetches took {:.1} times as long as one. Each `.await` gave the thread back while its fetch waited, so that \
         the next one could start: the waits overlap, and only the longest of them counts. One after the other, they would \
         have taken three times as long; `asyncio.gather` in Python does what you did here.",
        ratio(all.waited, one.waited)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn seen<T>(ended: Ended<T>, waited: u64, blocked: bool) -> Observed<T> {
        Observed {
            ended,
            waited: Duration::from_millis(waited),
            blocked,
            lane: None,
        }
    }

    fn codes(one: &Observed<String>, all: &Observed<Vec<String>>) -> Vec<&'static str> {
        judge(one, all)
            .iter()
            .map(|finding| finding.code.name())
            .collect()
    }

    fn right() -> Ended<Vec<String>> {
        Ended::Returned(IDS.map(expected).to_vec())
    }

    fn good() -> Observed<String> {
        seen(Ended::Returned(expected(4)), 200, false)
    }

    #[test]
    fn overlapping_waits_pass_and_rounding_is_forgiven() {
        assert!(codes(&good(), &seen(right(), 200, false)).is_empty());
        assert!(codes(&good(), &seen(right(), 202, false)).is_empty());
    }

    #[test]
    fn two_in_a_row_are_sequential_too() {
        assert_eq!(codes(&good(), &seen(right(), 400, false)), ["sequential"]);
        assert_eq!(codes(&good(), &seen(right(), 600, false)), ["sequential"]);
    }

    #[test]
    fn a_mistake_of_fetch_is_told_once() {
        let blocking = seen(Ended::Returned(expected(4)), 0, true);
        assert_eq!(codes(&blocking, &seen(right(), 0, true)), ["blocks-thread"]);
        let unawaited = seen(Ended::Returned(expected(4)), 0, false);
        assert_eq!(codes(&unawaited, &seen(right(), 0, false)), ["not-awaited"]);
    }

    #[test]
    fn work_that_never_comes_back_blocks() {
        assert_eq!(
            codes(&good(), &seen(Ended::Never, 0, true)),
            ["blocks-thread"]
        );
    }

    #[test]
    fn results_are_compared_with_the_inputs() {
        let shuffled = Ended::Returned([2, 4, 7].map(expected).to_vec());
        assert_eq!(codes(&good(), &seen(shuffled, 200, false)), ["order-lost"]);
        let missing = Ended::Returned(vec![expected(4)]);
        assert_eq!(codes(&good(), &seen(missing, 200, false)), ["wrong-result"]);
    }

    #[test]
    fn a_half_written_exercise_says_which_half() {
        let findings = judge(
            &good(),
            &seen(Ended::NotWritten("overlap".to_owned()), 0, false),
        );
        assert_eq!(findings.len(), 1);
        assert!(findings[0].message.contains("`fetch_all`"), "{findings:?}");
    }
}
