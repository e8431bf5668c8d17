//! What the code of a task reaches of the round: it is woken, and it takes and gives back locks.

use super::game::Game;
use super::turns::Status;
use crate::locks::{Kind, Name, Watch};
use std::sync::Arc;
use std::task::Wake;
use std::thread;

/// Wakes a task, and is told what its thread does with locks.
pub(super) struct Wakes<T> {
    pub(super) game: Arc<Game<T>>,
    pub(super) task: usize,
}

impl<T: Send + 'static> Wake for Wakes<T> {
    fn wake(self: Arc<Self>) {
        let mut state = self.game.state();
        let task = &mut state.tasks[self.task];
        task.woken = true;
        if task.status == Status::Asleep {
            task.status = Status::Ready;
        }
        if state.turn.is_none() {
            self.game.idle.notify_one();
        }
    }
}

impl<T: Send + 'static> Wakes<T> {
    fn step(&self, what: String) {
        self.game.state().steps.push((self.task, what));
    }
}

impl<T: Send + 'static> Watch for Wakes<T> {
    fn wants(&self, lock: &Name) {
        self.game.point(self.task);
        loop {
            let mut state = self.game.state();
            state.tasks[self.task].wants = Some(lock.clone());
            let taken = state.holders.contains_key(&lock.id);
            if taken {
                let what = format!("waits for {}", lock.as_str());
                state.steps.push((self.task, what));
            }
            // Tokio's own lock lets the task sleep.
            if !taken || lock.kind == Kind::Tokio || thread::panicking() {
                return;
            }
            state.tasks[self.task].status = Status::Blocked(lock.id);
            self.game.hands_on(self.task, &mut state);
            drop(state);
            self.game.waits_for_turn(self.task);
        }
    }

    fn tries(&self, _lock: &Name) {
        self.game.point(self.task);
    }

    fn has(&self, lock: &Name) {
        let mut state = self.game.state();
        state.tasks[self.task].wants = None;
        state.holders.insert(lock.id, (self.task, lock.clone()));
        drop(state);
        self.step(format!("takes {}", lock.as_str()));
    }

    fn changes(&self) {
        let mut state = self.game.state();
        let steps = state.steps.len();
        let task = &mut state.tasks[self.task];
        task.changed = true;
        if task.gave {
            state.parted.get_or_insert((self.task, steps));
        }
    }

    fn gives_back(&self, lock: &Name) {
        let mut state = self.game.state();
        state.holders.remove(&lock.id);
        let holds = state.holders.values().any(|(task, _)| *task == self.task);
        let task = &mut state.tasks[self.task];
        // What is changed with no lock between is what the audit sees.
        task.changed &= holds;
        task.gave = holds && (task.gave || task.changed);
        state
            .steps
            .push((self.task, format!("gives {} back", lock.as_str())));
        for task in &mut state.tasks {
            if task.status == Status::Blocked(lock.id) {
                task.status = Status::Ready;
            }
        }
        if state.holders.is_empty() && !state.stop && state.torn.is_none() {
            // It looks into locks that nobody holds, past those that watch them.
            if !(self.game.audit)() {
                state.torn = Some(state.steps.len());
            }
        }
    }

    fn waits(&self, what: &str) {
        self.step(what.to_owned());
        self.game.state().tasks[self.task].pauses = true;
    }
}
