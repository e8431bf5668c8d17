//! Jobs that note what becomes of them.

use super::Job;
use futures::FutureExt;
use std::fmt::Display;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::sleep;

/// Some jobs: how long each waits, in steps, and which of them panic.
#[derive(Debug)]
pub(super) struct Plan {
    steps: &'static [u32],
    pub(super) panics: &'static [usize],
}

const STEP: Duration = Duration::from_millis(200);

/// First what shows most. Then two dozen, since whoever limits himself limits them, and jobs that take ten times as long,
/// since whoever sleeps for a while instead of waiting for them sleeps too short; then one, and none.
pub(super) const PLANS: [Plan; 4] = [
    Plan {
        steps: &[3, 1, 2, 1],
        panics: &[2],
    },
    Plan {
        steps: &[
            10, 5, 20, 40, 10, 30, 3, 17, 25, 10, 10, 8, 33, 12, 6, 10, 21, 14, 9, 11, 28, 10, 19,
            7,
        ],
        panics: &[1, 4],
    },
    Plan {
        steps: &[1],
        panics: &[],
    },
    Plan {
        steps: &[],
        panics: &[],
    },
];

/// What became of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Nobody has polled it.
    Waiting,
    /// It has begun.
    Running,
    /// It returned, or panicked.
    Ended,
    /// It was dropped before it had begun.
    NeverRun,
    /// It was dropped before it had ended.
    Stopped,
}

/// What a run of the jobs left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Jobs {
    pub(super) results: Vec<Result<String, String>>,
    /// What had become of each when `run_all` returned.
    pub(super) states: Vec<State>,
    /// The most that were under way at the same time.
    pub(super) most: usize,
    /// The task in which each began, by its number; nothing where that was none.
    pub(super) tasks: Vec<Option<String>>,
}

/// What jobs write into.
#[derive(Debug, Clone)]
pub(super) struct Record {
    noted: Arc<Mutex<Noted>>,
}

#[derive(Debug)]
struct Noted {
    states: Vec<State>,
    most: usize,
    tasks: Vec<Option<String>>,
}

impl Plan {
    /// How many jobs there are.
    pub(super) fn count(&self) -> usize {
        self.steps.len()
    }

    /// What the job at this place returns; nothing where it panics.
    pub(super) fn result(&self, place: usize) -> Option<String> {
        (!self.panics.contains(&place)).then(|| format!("result {place}"))
    }

    /// The words of the job at this place, where it panics: text as a literal is, like that of the notebook.
    pub(super) fn words(place: usize) -> &'static str {
        [
            "job 0 fails on purpose",
            "job 1 fails on purpose",
            "job 2 fails on purpose",
            "job 3 fails on purpose",
            "job 4 fails on purpose",
        ][place]
    }

    /// The jobs, and what they write into.
    pub(super) fn jobs(&'static self) -> (Vec<Job>, Record) {
        let record = Record {
            noted: Arc::new(Mutex::new(Noted {
                states: vec![State::Waiting; self.count()],
                most: 0,
                tasks: vec![None; self.count()],
            })),
        };
        let jobs = (0..self.count()).map(|place| self.job(place, &record));
        (jobs.collect(), record)
    }

    fn job(&'static self, place: usize, record: &Record) -> Job {
        let underway = Underway {
            record: record.clone(),
            place,
        };
        async move {
            underway.begins();
            sleep(STEP * self.steps[place]).await;
            underway.is(State::Ended);
            match self.result(place) {
                Some(result) => result,
                // With arguments, as `panic!("{reason}")`, a panic carries a `String`; without any, a literal. Either is
                // resumed and not begun, so that nothing is reported, on whichever thread it runs.
                None if place == 4 => resume_unwind(Box::new(Plan::words(place).to_owned())),
                None => resume_unwind(Box::new(Plan::words(place))),
            }
        }
        .boxed()
    }
}

impl Record {
    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What there is to say now that `run_all` has returned.
    pub(super) fn after<E: Display>(self, results: Vec<Result<String, E>>) -> Jobs {
        let noted = self.noted();
        Jobs {
            results: results
                .into_iter()
                .map(|result| result.map_err(|error| error.to_string()))
                .collect(),
            states: noted.states.clone(),
            most: noted.most,
            tasks: noted.tasks.clone(),
        }
    }
}

/// Notes that its job is dropped before its end.
struct Underway {
    record: Record,
    place: usize,
}

impl Underway {
    fn begins(&self) {
        let task = tokio::task::try_id().map(|id| id.to_string());
        self.record.noted().tasks[self.place] = task;
        self.is(State::Running);
    }

    fn is(&self, state: State) {
        let mut noted = self.record.noted();
        noted.states[self.place] = state;
        let running = noted
            .states
            .iter()
            .filter(|state| **state == State::Running);
        noted.most = noted.most.max(running.count());
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        let state = self.record.noted().states[self.place];
        match state {
            State::Waiting => self.is(State::NeverRun),
            State::Running => self.is(State::Stopped),
            State::Ended | State::NeverRun | State::Stopped => {}
        }
    }
}
