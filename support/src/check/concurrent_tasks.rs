//! Exercise 2: concurrent tasks.
//!
//! Judged are two functions: `fetch_users`, which awaits several futures together and keeps their order, and `run_all`,
//! which spawns tasks, awaits every one of them, and reports a panic as a result.

use super::common::{ending, holds_thread, not_written, ratio, waiting};
use super::observe::{Ended, Observed, observe};
use super::report::{Code, Finding, Report};
use crate::chart;
use crate::server::User;
use futures::FutureExt;
use futures::future::BoxFuture;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const EXERCISE: &str = "2_concurrent_tasks";

/// The users that are asked for. The first takes longest, so that results in the order of their arrival show.
const IDS: [u32; 3] = [1, 2, 3];

/// How long each job waits, in steps, and which of them panics.
const JOBS: [u64; 4] = [3, 1, 2, 1];
const PANICS: usize = 2;
const STEP: Duration = Duration::from_millis(200);

/// What `run_all` is given: work that may be spawned.
pub type Job = BoxFuture<'static, String>;

/// What a run of the jobs left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Jobs {
    results: Vec<Result<String, String>>,
    /// How many jobs had ended by themselves when `run_all` returned.
    finished: usize,
}

/// Judges the learner's `fetch_users` and `run_all`.
///
/// `fetch_users(ids)` is to fetch all users at the same time and to return them in the order of `ids`. `run_all(jobs)` is
/// to run every job as a task of its own and to return, in the order of the jobs, what each returned, or an error in
/// words where it panicked.
///
/// # Examples
///
/// ```
/// use futures::future::{BoxFuture, join_all};
/// use std::time::Duration;
/// use support::check;
/// use support::server::{self, User};
///
/// async fn fetch_users(ids: Vec<u32>) -> Vec<User> {
///     join_all(ids.into_iter().map(async |id| {
///         tokio::time::sleep(Duration::from_millis(200) * (4 - id)).await;
///         server::user(id)
///     }))
///     .await
/// }
///
/// async fn run_all(jobs: Vec<BoxFuture<'static, String>>) -> Vec<Result<String, String>> {
///     for job in jobs {
///         tokio::spawn(job);
///     }
///     Vec::new()
/// }
///
/// let report = check::concurrent_tasks(fetch_users, run_all);
/// assert_eq!(report.findings()[0].code.name(), "handle-dropped");
/// ```
pub fn concurrent_tasks<Users, Runs, E>(
    fetch_users: impl Fn(Vec<u32>) -> Users + Clone + Send + 'static,
    run_all: impl Fn(Vec<Job>) -> Runs + Clone + Send + 'static,
) -> Report
where
    Users: Future<Output = Vec<User>>,
    Runs: Future<Output = Vec<Result<String, E>>>,
    E: std::fmt::Display + 'static,
{
    let longest = {
        let fetch_users = fetch_users.clone();
        observe("user 1 alone", move || fetch_users(vec![IDS[0]]))
    };
    let users = observe("fetch_users of three", move || fetch_users(IDS.to_vec()));
    let jobs = observe("run_all of four jobs", move || {
        let finished = Arc::new(AtomicUsize::new(0));
        let run = run_all(jobs(&finished));
        async move {
            let results = run
                .await
                .into_iter()
                .map(|result| result.map_err(|error| error.to_string()))
                .collect();
            Jobs {
                results,
                finished: finished.load(Ordering::SeqCst),
            }
        }
    });
    let lanes: Vec<_> = longest
        .lane
        .iter()
        .chain(&users.lane)
        .chain(&jobs.lane)
        .cloned()
        .collect();
    let figure = chart::lanes("Your functions, on a clock that only waiting moves", &lanes);
    let findings = judge(&longest, &users, &jobs);
    Report::new(EXERCISE, findings, explanation(&longest, &users), figure)
}

fn jobs(finished: &Arc<AtomicUsize>) -> Vec<Job> {
    let job = |(index, steps): (usize, u64)| {
        let finished = finished.clone();
        async move {
            tokio::time::sleep(STEP * steps as u32).await;
            assert!(index != PANICS, "job {index} fails on purpose");
            finished.fetch_add(1, Ordering::SeqCst);
            name(index)
        }
        .boxed()
    };
    JOBS.into_iter().enumerate().map(job).collect()
}

fn name(index: usize) -> String {
    format!("result {index}")
}

fn judge(
    longest: &Observed<Vec<User>>,
    users: &Observed<Vec<User>>,
    jobs: &Observed<Jobs>,
) -> Vec<Finding> {
    if let Ended::NotWritten(task) = &users.ended {
        return vec![not_written("fetch_users", task)];
    }
    let mut findings = together(longest, users);
    match &jobs.ended {
        Ended::NotWritten(task) => findings.push(not_written("run_all", task)),
        _ => findings.extend(tasks(jobs)),
    }
    findings
}

/// What is wrong with `fetch_users`.
fn together(longest: &Observed<Vec<User>>, users: &Observed<Vec<User>>) -> Vec<Finding> {
    if let Some(finding) =
        ending("fetch_users", &users.ended).or_else(|| waiting("fetch_users", users))
    {
        return vec![finding];
    }
    let mut findings = Vec::new();
    if users.waited > longest.waited.mul_f64(1.1) {
        findings.push(Finding::new(
            Code::Sequential,
            format!(
                "`fetch_users` took {:.1} times as long as its slowest fetch alone: one fetch waits for another.",
                ratio(users.waited, longest.waited)
            ),
            "An `.await` inside the loop ends each turn before the next begins. Hand all futures to `join_all`.",
        ));
    }
    if let Ended::Returned(found) = &users.ended {
        let ids: Vec<_> = found.iter().map(|user| user.id).collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        if sorted != IDS {
            findings.push(Finding::new(
                Code::WrongResult,
                format!("`fetch_users(vec!{IDS:?})` returned the users {ids:?}."),
                "It returns what each `fetch_user` returned, one for each id.",
            ));
        } else if ids != IDS {
            findings.push(Finding::new(
                Code::OrderLost,
                format!("All users are there, in the order in which they arrived: {ids:?} instead of {IDS:?}."),
                "`join_all` and `join!` keep the order of their inputs. A `JoinSet`, and whatever is unordered, does not: \
                 keep the place of each beside its result.",
            ));
        }
    }
    findings
}

/// What is wrong with `run_all`.
fn tasks(jobs: &Observed<Jobs>) -> Vec<Finding> {
    if let Ended::Panicked(words) = &jobs.ended
        && words.contains("on purpose")
    {
        return vec![Finding::new(
            Code::Panicked,
            format!("One job panicked (`{words}`) and took `run_all` and all other jobs with it."),
            "Run each job by `tokio::spawn`: a panic then ends that task alone, and its `JoinHandle` returns it as an error. \
             `unwrap` on that error would panic again.",
        )];
    }
    if let Some(finding) = ending("run_all", &jobs.ended).or_else(|| never(jobs)) {
        return vec![finding];
    }
    let Ended::Returned(Jobs { results, finished }) = &jobs.ended else {
        return Vec::new();
    };
    if *finished < JOBS.len() - 1 {
        return vec![Finding::new(
            Code::HandleDropped,
            format!(
                "`run_all` came back when {finished} of {} jobs had ended: nobody waited for the others.",
                JOBS.len() - 1
            ),
            "Dropping a `JoinHandle` does not stop its task, it only lets go of it. Keep every handle, and `.await` each.",
        )];
    }
    let mut findings = Vec::new();
    let longest = STEP * JOBS.into_iter().max().unwrap_or(0) as u32;
    if jobs.waited > longest.mul_f64(1.1) {
        findings.push(Finding::new(
            Code::Sequential,
            format!("`run_all` took {:.1} times as long as its longest job: one job waits for another.", ratio(jobs.waited, longest)),
            "Spawn all jobs first, then await their handles. `tokio::spawn(job).await` in a loop is as sequential as no task.",
        ));
    }
    findings.extend(returned(results));
    findings
}

fn never(jobs: &Observed<Jobs>) -> Option<Finding> {
    matches!(jobs.ended, Ended::Never)
        .then(|| holds_thread("run_all", jobs))
        .flatten()
}

/// What is wrong with the results of the jobs, all of which have ended.
fn returned(results: &[Result<String, String>]) -> Option<Finding> {
    let good: Vec<_> = results.iter().flatten().cloned().collect();
    let expected: Vec<_> = (0..JOBS.len())
        .filter(|index| *index != PANICS)
        .map(name)
        .collect();
    let mut sorted = good.clone();
    sorted.sort();
    if sorted != expected {
        return Some(Finding::new(
            Code::ResultIgnored,
            format!("Every job ended, but of their results `run_all` returned {good:?}."),
            "`handle.await` returns what the task returned, as `Ok`. Collect it.",
        ));
    }
    if results.iter().all(Result::is_ok) {
        return Some(Finding::new(
            Code::PanicSwallowed,
            "One job panicked, and nobody will ever know: it is not among the results.".to_owned(),
            "`handle.await` returns `Err(JoinError)` where the task panicked. `flatten`, `if let Ok(…)` and `let _ =` lose it.",
        ));
    }
    let right = results.len() == JOBS.len() && results[PANICS].is_err() && good == expected;
    (!right).then(|| {
        Finding::new(
            Code::OrderLost,
            format!("All results are there, but not in the order of the jobs: {results:?}."),
            "Await the handles in the order in which you spawned them, or keep the place of each beside its result.",
        )
    })
}

fn explanation(longest: &Observed<Vec<User>>, users: &Observed<Vec<User>>) -> String {
    format!(
        "Three fetches took {:.1} times as long as the slowest of them, and came back in the order in which you asked. Your \
         jobs ran as tasks: each had a handle, each handle was awaited, and the panic of one became a result instead of an \
         end. In Python you would have written `asyncio.gather(*jobs, return_exceptions=True)`.",
        ratio(users.waited, longest.waited)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(places: [Option<usize>; 4]) -> Vec<Result<String, String>> {
        places
            .into_iter()
            .map(|place| place.map(name).ok_or_else(|| "panicked".to_owned()))
            .collect()
    }

    fn code(results: &[Result<String, String>]) -> Option<&'static str> {
        returned(results).map(|finding| finding.code.name())
    }

    #[test]
    fn every_result_in_its_place_is_right() {
        assert_eq!(code(&results([Some(0), Some(1), None, Some(3)])), None);
    }

    #[test]
    fn a_result_that_is_missing_is_told_from_a_panic_that_is() {
        assert_eq!(code(&[]), Some("result-ignored"));
        let swallowed: Vec<_> = results([Some(0), Some(1), None, Some(3)])
            .into_iter()
            .filter(Result::is_ok)
            .collect();
        assert_eq!(code(&swallowed), Some("panic-swallowed"));
        assert_eq!(
            code(&results([Some(1), None, Some(3), Some(0)])),
            Some("order-lost")
        );
    }
}
