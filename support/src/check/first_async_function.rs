//! Exercise 1: the first async function.
//!
//! Judged are two functions: `fetch`, which waits without holding its thread, and `fetch_all`, which overlaps the waits.

mod judge;

use super::ask::{Fetch, FetchAll};
use super::observe::observe;
use super::report::Report;
use super::run::{Ended, Run, first_timer};
use super::words::{figure, holds_thread, ratio};
use judge::judge;
use std::time::Duration;

const EXERCISE: &str = "1_first_async_function";

/// What `fetch_all` is asked for first. Neither sorted nor the numbers of the notebook, so that a result out of order or
/// written down beforehand shows.
const IDS: [u32; 3] = [4, 2, 7];

/// What it is asked for then: nothing, one, and a dozen, some of them several times: who limits himself limits them.
const OTHERS: [&[u32]; 3] = [&[], &[9], &[2, 9, 2, 7, 4, 4, 9, 7, 2, 7, 9, 4]];

/// What was seen.
#[derive(Debug)]
struct Seen {
    /// `fetch` by itself, for each id that was tried.
    ones: Vec<(u32, Run<String>)>,
    /// `fetch_all`, for each list that was tried.
    alls: Vec<(Vec<u32>, Run<Vec<String>>)>,
    /// Where `fetch`, and `fetch_all`, make their first timer.
    timers: (Option<String>, Option<String>),
    /// Whether the future of `fetch` is large enough to keep anything but its argument, as one that awaits has to.
    room: bool,
}

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
pub fn first_async_function<One: Fetch, All: FetchAll>(
    fetch: impl Fn(u32) -> One + Clone + Send + 'static,
    fetch_all: impl Fn(Vec<u32>) -> All + Clone + Send + 'static,
) -> Report {
    let one = |id: u32| {
        let fetch = fetch.clone();
        let run = observe("fetch", move || fetch(id));
        (id, run)
    };
    let all = |ids: &[u32]| {
        let (fetch_all, list) = (fetch_all.clone(), ids.to_vec());
        let run = observe("fetch_all", move || fetch_all(list.clone()));
        (ids.to_vec(), run)
    };
    let mut seen = Seen {
        ones: vec![one(IDS[0])],
        alls: vec![],
        timers: (None, None),
        room: size_of::<One>() > size_of::<(u64, u64)>(),
    };
    if comes_back(&seen.ones[0].1) {
        let fetch = fetch.clone();
        seen.timers.0 = first_timer(move || fetch(IDS[0]));
    }
    // What depends on a function that never ends, or does not wait as it should, says nothing of its own.
    let first = &seen.ones[0].1;
    let good = comes_back(first) && !first.waited.is_zero();
    if !matches!(first.ended, Ended::Never(_) | Ended::NotWritten(_)) {
        seen.alls.push(all(&IDS));
    }
    if good && comes_back(&seen.alls[0].1) {
        let fetch_all = fetch_all.clone();
        seen.timers.1 = first_timer(move || fetch_all(IDS.to_vec()));
        seen.ones.extend(IDS[1..].iter().map(|id| one(*id)));
        seen.ones.push(one(OTHERS[1][0]));
        seen.alls.extend(OTHERS.map(all));
    }
    let lanes = seen.ones[..1]
        .iter()
        .filter_map(|(_, run)| run.lane.clone())
        .chain(seen.alls.first().and_then(|(_, run)| run.lane.clone()));
    let names = ["fetch, once", "fetch_all of three"];
    let lanes = lanes.zip(names).map(|(mut lane, name)| {
        lane.name = name.to_owned();
        lane
    });
    let figure = figure("Your functions, on a clock that only waiting moves", lanes);
    Report::new(EXERCISE, judge(&seen), explanation(&seen), figure).noted()
}

/// Whether a run returned, and held no thread: then it may be run again without harm.
fn comes_back<T>(run: &Run<T>) -> bool {
    matches!(run.ended, Ended::Returned(_)) && holds_thread("", run).is_none()
}

fn explanation(seen: &Seen) -> String {
    let longest = seen.longest(&IDS);
    let all = seen
        .alls
        .first()
        .map_or(Duration::ZERO, |(_, run)| run.waited);
    format!(
        "Three fetches took {:.1} times as long as one. Each `.await` gave the thread back while its fetch waited, so that \
         the next one could start: the waits overlap, and only the longest of them counts. One after the other, they would \
         have taken three times as long; `asyncio.gather` in Python does what you did here.",
        ratio(all, longest)
    )
}

impl Seen {
    /// How long the longest of these fetches took by itself.
    fn longest(&self, ids: &[u32]) -> Duration {
        let of = self.ones.iter().filter(|(id, _)| ids.contains(id));
        of.map(|(_, run)| run.waited).max().unwrap_or_default()
    }
}
