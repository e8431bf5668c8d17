//! The verdict on exercise 2, from what was seen alone.

mod users;

use super::Seen;
use super::jobs::{Jobs, Plan, State};
use crate::check::code::Code;
use crate::check::report::Finding;
use crate::check::run::{Ended, Run};
use crate::check::words::{ending, holds_thread, panicked, quote};
use std::collections::BTreeSet;

/// What is wrong with `fetch_users`, then with `run_all`: two functions that do not call each other.
pub(super) fn judge(seen: &Seen) -> Vec<Finding> {
    let users = users::fetch_users(seen);
    if users.iter().any(|finding| finding.code == Code::NotWritten) {
        return users;
    }
    let jobs = seen.jobs.iter().map(|(plan, run)| run_all(plan, run));
    let mut jobs: Vec<_> = jobs.filter(|findings| !findings.is_empty()).collect();
    // Tasks that nobody waits for may end by chance while something else is waited for, and not when they take longer.
    jobs.sort_by_key(|findings| findings[0].code != Code::HandleDropped);
    let jobs = jobs.into_iter().next();
    users
        .into_iter()
        .chain(jobs.into_iter().flatten())
        .collect()
}

/// What is wrong with `run_all`, given the jobs of one plan.
fn run_all(plan: &Plan, run: &Run<Jobs>) -> Vec<Finding> {
    if let Ended::Panicked(words) = &run.ended
        && let Some(finding) = spread(plan, words)
    {
        return vec![finding];
    }
    let call = match run.ended {
        Ended::NotWritten(_) => "run_all".to_owned(),
        _ => format!("run_all(of {} jobs)", plan.count()),
    };
    if let Some(finding) = ending(&call, &run.ended).or_else(|| holds_thread("run_all", run)) {
        return vec![finding];
    }
    let Ended::Returned(jobs) = &run.ended else {
        return Vec::new();
    };
    // What came back says most; only where that is right do we look at how it came.
    let mut findings = Vec::from_iter(fate(plan, jobs).or_else(|| returned(plan, jobs)));
    let harmless = |finding: &Finding| {
        !matches!(
            finding.code,
            Code::HandleDropped | Code::Cancelled | Code::ItemLost
        )
    };
    if findings.iter().all(harmless) {
        findings.extend(overlap(plan, jobs));
    }
    if findings.is_empty() {
        findings.extend(own_tasks(jobs));
    }
    findings
}

/// The panic of a job that came out of `run_all` itself.
fn spread(plan: &Plan, words: &str) -> Option<Finding> {
    let job = plan
        .panics
        .iter()
        .find(|place| words.contains(Plan::words(**place)))?;
    let (message, read) = if words == Plan::words(*job) {
        (
            format!(
                "Job {job} panicked (`{words}`) and took `run_all` and all other jobs with it."
            ),
            "Run each job by `tokio::spawn`: a panic then ends that task alone, and its `JoinHandle` returns it as an error.",
        )
    } else {
        (
            format!(
                "Job {job} panicked in its task, and `run_all` panicked in turn: `{}`.",
                quote(words)
            ),
            "`unwrap` and `expect` on what a `JoinHandle` returns panic where the task did. Keep the `Err`: it is the result \
             of that job.",
        )
    };
    Some(Finding::new(Code::Panicked, message, read))
}

/// What became of the jobs, where it is not that each ended by itself.
fn fate(plan: &Plan, jobs: &Jobs) -> Option<Finding> {
    let are = |state: State| -> Vec<usize> {
        (0..plan.count())
            .filter(|place| jobs.states[*place] == state)
            .collect()
    };
    let returned = || quote(&format!("{:?}", jobs.results));
    let lost = are(State::NeverRun);
    let (stopped, alive) = (
        are(State::Stopped),
        [are(State::Running), are(State::Waiting)].concat(),
    );
    let cancelled = || {
        format!(
            "These jobs were stopped before they had ended: {:?}. `run_all` returned `{}`.",
            if stopped.is_empty() { &lost } else { &stopped },
            returned()
        )
    };
    if !stopped.is_empty() {
        return Some(Finding::new(
            Code::Cancelled,
            cancelled(),
            "What stops a job: `abort`, `abort_all`, a `JoinSet` or a future that is dropped, a time-out around it. Let each \
             job end by itself, however the others end.",
        ));
    }
    if !lost.is_empty() {
        let aborted = jobs
            .results
            .iter()
            .flatten_err()
            .any(|words| words.contains("cancelled"));
        return Some(if aborted {
            Finding::new(
                Code::Cancelled,
                cancelled(),
                "`abort` stops a task where it waits, and one that has not begun never begins. Leave it out, and await the handle.",
            )
        } else {
            Finding::new(
                Code::ItemLost,
                format!(
                    "These jobs were dropped, and never ran: {lost:?}. `run_all` returned `{}`.",
                    returned()
                ),
                "Spawn each job, and return a result for each. Look for `skip`, `take`, a range that ends early, a `return` \
                 in the loop.",
            )
        });
    }
    (!alive.is_empty()).then(|| {
        let given_up = |place: &usize| jobs.results.get(*place).is_some_and(Result::is_err);
        let read = if jobs.results.len() == plan.count() && alive.iter().all(given_up) {
            "Each of them has an error in its place, although none has failed: `run_all` stopped waiting. Leave out the \
             time-out: wait for each job, however long it takes."
        } else if jobs.results.iter().any(Result::is_err) {
            "`try_join_all`, `?`, `break` and `return` leave at the first error, and let go of all other handles. `.await` each \
             handle, however the ones before it ended."
        } else {
            "Dropping a `JoinHandle` does not stop its task: it goes on, and nobody waits for it. A sleep does not wait for \
             it either. Keep every handle, and `.await` each."
        };
        Finding::new(
            Code::HandleDropped,
            format!(
                "`run_all` returned while these jobs still ran: {alive:?}. Nobody waited for them. It returned `{}`.",
                returned()
            ),
            read,
        )
    })
}

/// Only the errors.
trait FlattenErr<'a> {
    fn flatten_err(self) -> impl Iterator<Item = &'a String>;
}

impl<'a, I: Iterator<Item = &'a Result<String, String>>> FlattenErr<'a> for I {
    fn flatten_err(self) -> impl Iterator<Item = &'a String> {
        self.filter_map(|result| result.as_ref().err())
    }
}

/// What is wrong with the results of the jobs, all of which have ended.
fn returned(plan: &Plan, jobs: &Jobs) -> Option<Finding> {
    let results = &jobs.results;
    let quoted = quote(&format!("{results:?}"));
    if let Some(words) = results
        .iter()
        .flatten_err()
        .find(|words| words.contains("runtime from within a runtime"))
    {
        return Some(panicked("run_all", words));
    }
    let right = |place: usize, result: &Result<String, String>| match plan.result(place) {
        Some(value) => *result == Ok(value),
        None => result
            .as_ref()
            .is_err_and(|words| words.contains(Plan::words(place))),
    };
    if results.len() == plan.count()
        && results
            .iter()
            .enumerate()
            .all(|(place, result)| right(place, result))
    {
        return None;
    }
    let missing: Vec<_> = (0..plan.count())
        .filter_map(|place| plan.result(place))
        .filter(|value| !results.contains(&Ok(value.clone())))
        .collect();
    if !missing.is_empty() {
        return Some(Finding::new(
            Code::ResultIgnored,
            format!(
                "Every job ended, and these results are not among what `run_all` returned: {missing:?}. It returned `{quoted}`."
            ),
            "`handle.await` returns what the task returned, as `Ok`. Collect it as it is.",
        ));
    }
    let errors = results.iter().filter(|result| result.is_err()).count();
    if errors < plan.panics.len() {
        let invented = results.iter().flatten().find(|value| {
            !(0..plan.count()).any(|place| plan.result(place).as_ref() == Some(*value))
        });
        return Some(Finding::new(
            Code::PanicSwallowed,
            match invented {
                Some(value) => format!(
                    "A job panicked, and came back as `Ok({value:?})`: the caller takes it for a success."
                ),
                None => format!(
                    "{} of the jobs panicked, and {errors} of the results are errors: the caller does not learn of every \
                     panic. `run_all` returned `{quoted}`.",
                    plan.panics.len()
                ),
            },
            "`handle.await` returns `Err(JoinError)` where the task panicked. `flatten`, `if let Ok(…)`, `unwrap_or_default` \
             and `let _ =` lose it.",
        ));
    }
    if results.len() != plan.count() {
        return Some(Finding::new(
            Code::WrongResult,
            format!(
                "`run_all` was given {} jobs and returned {} results: `{quoted}`.",
                plan.count(),
                results.len()
            ),
            "One result for each job.",
        ));
    }
    let untold = |place: &&usize| {
        let mut errors = results.iter().flatten_err();
        !errors.any(|words| words.contains(Plan::words(**place)))
    };
    let Some(lost) = plan.panics.iter().find(untold) else {
        return Some(Finding::new(
            Code::OrderLost,
            format!("All results are there, but not in the order of the jobs: `{quoted}`."),
            "Await the handles in the order in which you spawned them, or keep the place of each beside its result.",
        ));
    };
    Some(Finding::new(
        Code::ErrorSwallowed,
        format!(
            "Job {lost} panicked with `{}`, and those words are not in its error: `run_all` returned `{}` in its place.",
            Plan::words(*lost),
            quote(&format!("{:?}", results[*lost]))
        ),
        "`map_err(|error| error.to_string())` keeps the words of a `JoinError`. Its payload is a `&str` where `panic!` had no \
         arguments, and a `String` where it had some.",
    ))
}

/// How many jobs were under way at the same time.
fn overlap(plan: &Plan, jobs: &Jobs) -> Option<Finding> {
    match jobs.most {
        most if most >= plan.count() => None,
        1 => Some(Finding::new(
            Code::Sequential,
            "No job began before the one before it had ended.",
            "Spawn all jobs first, then await their handles. `tokio::spawn(job).await` in a loop is as sequential as no task.",
        )),
        most => Some(Finding::new(
            Code::Limited,
            format!(
                "Of {} jobs, never more than {most} were under way at the same time.",
                plan.count()
            ),
            "All of them should run at the same time: spawn every job before you await the first handle, without a limit.",
        )),
    }
}

/// Whether each job was a task of its own.
fn own_tasks(jobs: &Jobs) -> Option<Finding> {
    let tasks: BTreeSet<_> = jobs.tasks.iter().flatten().collect();
    (tasks.len() < jobs.tasks.len()).then(|| {
        Finding::new(
            Code::NotSpawned,
            "All results are right, but the jobs are not tasks of their own: they ran inside the task that called `run_all`, or \
             shared one.",
            "`tokio::spawn(job)`, or `set.spawn(job)`, for each of them. A task may run on another thread, and its `JoinHandle` \
             catches its panic for you.",
        )
    })
}

#[cfg(test)]
mod tests;
