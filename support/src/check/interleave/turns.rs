//! Whose turn it is: what is known of the tasks of a round, and who may go on.

use super::{Choices, End, Waits};
use crate::check::run::Thread;
use crate::locks::{Kind, Name};
use std::collections::BTreeMap;

/// More steps than a transfer takes, however it is written.
const STEPS: usize = 1000;

/// A choice that was made, and how many ways there were.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub(super) taken: usize,
    pub(super) ways: usize,
}

/// How a round was chosen.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) taken: Vec<Choice>,
    /// There were ways that the bounds closed.
    pub(super) bounded: bool,
    /// Somebody waited for something that is not seen here, and the next was chosen without him.
    pub(super) unseen: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// It can go on.
    Ready,
    /// It asked to be polled again, and changed nothing: others go first.
    Yielded,
    /// It waits for a lock of `std`.
    Blocked(usize),
    /// It waits to be woken.
    Asleep,
    /// It has the turn no longer, and holds its thread all the same.
    Stuck,
    Done,
}

pub(super) struct Task<T> {
    pub(super) status: Status,
    begun: bool,
    pub(super) woken: bool,
    /// It waits for a round trip of the bank, and not for something of its own.
    pub(super) pauses: bool,
    /// The lock that it asked for last, until it has it.
    pub(super) wants: Option<Name>,
    /// Since it last held no lock: it has changed something; it has given a lock back after that.
    pub(super) changed: bool,
    pub(super) gave: bool,
    pub(super) thread: Option<Thread>,
    pub(super) result: Option<Result<T, String>>,
}

pub(super) struct State<T> {
    pub(super) tasks: Vec<Task<T>>,
    /// Who runs; nobody where nobody can.
    pub(super) turn: Option<usize>,
    pub(super) choices: Choices,
    pub(super) taken: Vec<Choice>,
    pub(super) interrupted: usize,
    pub(super) bounded: bool,
    /// Who has which lock.
    pub(super) holders: BTreeMap<usize, (usize, Name)>,
    pub(super) steps: Vec<(usize, String)>,
    pub(super) torn: Option<usize>,
    pub(super) parted: Option<(usize, usize)>,
    pub(super) held: Option<(usize, String, usize)>,
    /// Somebody waited for something that is not seen here.
    pub(super) unseen: bool,
    pub(super) stop: bool,
}

impl<T> State<T> {
    pub(super) fn new(count: usize, choices: Choices) -> Self {
        let task = |_| Task {
            status: Status::Ready,
            begun: false,
            woken: true,
            pauses: false,
            wants: None,
            changed: false,
            gave: false,
            thread: None,
            result: None,
        };
        State {
            tasks: (0..count).map(task).collect(),
            turn: None,
            choices,
            taken: Vec::new(),
            interrupted: 0,
            bounded: false,
            holders: BTreeMap::new(),
            steps: Vec::new(),
            torn: None,
            parted: None,
            held: None,
            unseen: false,
            stop: false,
        }
    }

    pub(super) fn all_done(&self) -> bool {
        self.tasks.iter().all(|task| task.status == Status::Done)
    }

    /// Whether it goes on for longer than anything that ends.
    pub(super) fn is_endless(&self) -> bool {
        self.steps.len() > STEPS || self.taken.len() > STEPS
    }
}

impl<T> State<T> {
    /// Chooses who goes on after `me`, which comes first where it can go on itself.
    pub(super) fn pass(&mut self, me: Option<usize>) {
        // Up to its first step, a task does nothing that another could see: in which order they begin is no choice.
        if let Some(first) = self.tasks.iter().position(|task| !task.begun) {
            self.tasks[first].begun = true;
            self.turn = Some(first);
            return;
        }
        let can = |state: &Self, status: Status| -> Vec<usize> {
            let all = 0..state.tasks.len();
            all.filter(|task| state.tasks[*task].status == status)
                .collect()
        };
        let mut ways = can(self, Status::Ready);
        if ways.is_empty() {
            ways = can(self, Status::Yielded);
        }
        for task in &mut self.tasks {
            if task.status == Status::Yielded {
                task.status = Status::Ready;
            }
        }
        let goes_on = me.and_then(|me| ways.iter().position(|task| *task == me));
        if let Some(place) = goes_on {
            let me = ways.remove(place);
            ways.insert(0, me);
            if self.interrupted >= self.choices.interrupted && ways.len() > 1 {
                self.bounded = true;
                ways.truncate(1);
            }
        }
        self.turn = match ways.len() {
            0 => None,
            1 => Some(ways[0]),
            count => {
                let taken = self.choices.choose(self.taken.len(), count);
                self.taken.push(Choice { taken, ways: count });
                self.interrupted += usize::from(goes_on.is_some() && taken > 0);
                Some(ways[taken])
            }
        };
        if self.is_endless() {
            self.turn = None;
        }
    }

    pub(super) fn holds_std(&self, me: usize) -> Option<String> {
        let mut held = self.holders.values();
        let found = held.find(|(task, lock)| *task == me && lock.kind == Kind::Std);
        found.map(|(_, lock)| lock.as_str().to_owned())
    }

    /// Why nobody can go on, where it is not that a thread is stuck.
    pub(super) fn nobody_can(&self) -> End<T> {
        let waits = |task: usize| {
            let wanted = self.tasks[task].wants.as_ref()?;
            let (holder, lock) = self.holders.get(&wanted.id)?;
            Some(Waits {
                task,
                lock: lock.as_str().to_owned(),
                holder: *holder,
            })
        };
        let left = || (0..self.tasks.len()).filter(|task| self.tasks[*task].status != Status::Done);
        for first in left() {
            let mut circle: Vec<Waits> = Vec::new();
            let mut task = first;
            while let Some(link) = waits(task) {
                task = link.holder;
                circle.push(link);
                if task == first {
                    return End::Deadlock(circle);
                }
                if circle.len() > self.tasks.len() {
                    break;
                }
            }
        }
        let first = left().next();
        End::Asleep(first.expect("whoever asks has looked whether all are done"))
    }

    /// Whose thread is held by something that is not seen here.
    pub(super) fn stuck(&self) -> Option<usize> {
        let mut tasks = self.tasks.iter();
        tasks.position(|task| task.status == Status::Stuck)
    }
}
