//! Exercise 2: concurrent tasks.
//!
//! Judged are two functions: `fetch_users`, which awaits several futures together and keeps their order, and `run_all`,
//! which spawns tasks, awaits every one of them, and reports a panic as a result.

mod jobs;
mod judge;

use super::ask::{FetchUsers, RunAll};
use super::observe::observe;
use super::report::Report;
use super::run::{Ended, Run};
use super::words::{figure, ratio};
use crate::server::User;
use futures::future::BoxFuture;
use jobs::{Jobs, Plan};
use judge::judge;
use std::time::Duration;

const EXERCISE: &str = "2_concurrent_tasks";

/// The users that are asked for. The second takes longest, so that results in the order of their arrival show, and they are
/// neither sorted nor counted from one.
const IDS: [u32; 3] = [2, 1, 3];

/// What is asked for then: nothing, and a dozen, some of them twice: who limits himself limits them.
const OTHERS: [&[u32]; 2] = [&[], &[12, 1, 5, 2, 1, 31, 7, 3, 12, 8, 40, 6]];

/// What `run_all` is given: work that may be spawned.
pub type Job = BoxFuture<'static, String>;

/// What was seen.
#[derive(Debug)]
struct Seen {
    /// `fetch_users` of one id, for each that was tried.
    ones: Vec<(u32, Run<Vec<User>>)>,
    users: Vec<(Vec<u32>, Run<Vec<User>>)>,
    jobs: Vec<(&'static Plan, Run<Jobs>)>,
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
///         tokio::time::sleep(Duration::from_millis(if id == 1 { 200 } else { 100 })).await;
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
pub fn concurrent_tasks<Users: FetchUsers, Runs: RunAll<E>, E>(
    fetch_users: impl Fn(Vec<u32>) -> Users + Clone + Send + 'static,
    run_all: impl Fn(Vec<Job>) -> Runs + Clone + Send + 'static,
) -> Report
where
    E: std::fmt::Display + 'static,
{
    let users = |ids: &[u32]| {
        let (fetch_users, list) = (fetch_users.clone(), ids.to_vec());
        observe("fetch_users", move || fetch_users(list.clone()))
    };
    let mut seen = Seen {
        ones: vec![(IDS[0], users(&IDS[..1]))],
        users: vec![],
        jobs: vec![],
    };
    if matches!(seen.ones[0].1.ended, Ended::Returned(_)) {
        seen.users.push((IDS.to_vec(), users(&IDS)));
        if !seen.users[0].1.longest.is_long() && seen.ones[0].1.waited > Duration::ZERO {
            seen.ones
                .extend(IDS[1..].iter().map(|id| (*id, users(&[*id]))));
            seen.users
                .extend(OTHERS.map(|ids| (ids.to_vec(), users(ids))));
        }
    }
    for plan in &jobs::PLANS {
        let run_all = run_all.clone();
        let run = observe("run_all", move || {
            let (jobs, record) = plan.jobs();
            let run = run_all(jobs);
            async move {
                let results = run.await;
                // Whoever was aborted shows as aborted once the runtime has had a turn.
                for _turn in 0..4 {
                    tokio::task::yield_now().await;
                }
                record.after(results)
            }
        });
        let good = matches!(run.ended, Ended::Returned(_)) && !run.longest.is_long() && !run.real;
        seen.jobs.push((plan, run));
        if !good {
            break;
        }
    }
    let lanes = [
        (
            "fetch_users of one",
            seen.ones.first().and_then(|(_, run)| run.lane.clone()),
        ),
        (
            "fetch_users of three",
            seen.users.first().and_then(|(_, run)| run.lane.clone()),
        ),
        (
            "run_all of four jobs",
            seen.jobs.first().and_then(|(_, run)| run.lane.clone()),
        ),
    ];
    let lanes = lanes.into_iter().filter_map(|(name, lane)| {
        let mut lane = lane?;
        lane.name = name.to_owned();
        Some(lane)
    });
    let figure = figure("Your functions, on a clock that only waiting moves", lanes);
    Report::new(EXERCISE, judge(&seen), explanation(&seen), figure).noted()
}

impl Seen {
    /// How long the longest of these fetches took by itself.
    fn longest(&self, ids: &[u32]) -> Duration {
        let of = self.ones.iter().filter(|(id, _)| ids.contains(id));
        of.map(|(_, run)| run.waited).max().unwrap_or_default()
    }
}

fn explanation(seen: &Seen) -> String {
    let users = seen
        .users
        .first()
        .map_or(Duration::ZERO, |(_, run)| run.waited);
    format!(
        "Three fetches took {:.1} times as long as the slowest of them, and came back in the order in which you asked. Your \
         jobs ran as tasks: each had a handle, each handle was awaited, and the panic of one became its result and did not end the others. In Python you would have written `asyncio.gather(*jobs, return_exceptions=True)`.",
        ratio(users, seen.longest(&IDS))
    )
}
