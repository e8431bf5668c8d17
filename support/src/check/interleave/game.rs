//! One round: threads that take turns.

use super::idle::{Idle, LOOK};
use super::turns::{Chosen, State, Status};
use super::wakes::Wakes;
use super::{Choices, End, Played, Round, Work};
use crate::check::run::Thread;
use crate::locks;
use crate::panics::{self, Silence};
use std::panic::resume_unwind;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// Looks in a row in which it slept, after which another may go on meanwhile: it may wait for what that one has.
const ASLEEP: u32 = 5;

/// Virtual time after which nothing will happen any more.
const LONG: Duration = Duration::from_secs(3600);

/// What the threads of a round share.
pub(super) struct Game<T> {
    state: Mutex<State<T>>,
    /// One for each task, and one for us.
    turns: Vec<Condvar>,
    pub(super) audit: super::Audit,
    /// Wakes the runtime, where nobody could go on.
    pub(super) idle: tokio::sync::Notify,
}

/// What the code of a thread is unwound by where the round is over. It is resumed, so that nothing is reported.
struct Over;

impl<T: Send + 'static> Game<T> {
    /// Plays a round: what was seen, and how it was chosen.
    pub(super) fn play(round: Round<T>, choices: Choices) -> (Played<T>, Chosen) {
        let count = round.tasks.len();
        let game = Arc::new(Game {
            state: Mutex::new(State::new(count, choices)),
            turns: (0..=count).map(|_| Condvar::new()).collect(),
            audit: round.audit,
            idle: tokio::sync::Notify::new(),
        });
        // Whoever sleeps on Tokio's clock, or spawns, has a runtime; its time moves while nobody can go on.
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime without sockets needs nothing that could be missing");
        let threads: Vec<_> = (0..)
            .zip(round.tasks)
            .map(|(me, work)| {
                let (game, handle) = (game.clone(), runtime.handle().clone());
                let thread = thread::Builder::new().name(format!("check of task {me}"));
                thread.spawn(move || {
                    let _runtime = handle.enter();
                    game.runs(me, work);
                })
            })
            .collect();
        assert!(
            threads.iter().all(Result::is_ok),
            "the check had no memory left for a thread: restart the kernel, and run the cells again"
        );
        let end = game.watch_over(&runtime);
        game.stop();
        if !matches!(end, End::Stuck(_)) {
            for thread in threads.into_iter().flatten() {
                // What it panicked with is its result.
                let _ = thread.join();
            }
        }
        let mut state = game.state();
        let end = match end {
            End::All(_) => End::All(
                state
                    .tasks
                    .iter_mut()
                    .map(|task| task.result.take())
                    .map(|result| result.unwrap_or_else(|| Err("it did not end".to_owned())))
                    .collect(),
            ),
            other => other,
        };
        let played = Played {
            end,
            steps: std::mem::take(&mut state.steps),
            torn: state.torn,
            parted: state.parted,
            held: state.held.take(),
        };
        let chosen = Chosen {
            taken: std::mem::take(&mut state.taken),
            bounded: state.bounded,
            unseen: state.unseen,
        };
        (played, chosen)
    }

    /// Lets tasks go on, from outside, until the round has ended.
    fn watch_over(&self, runtime: &Runtime) -> End<T> {
        let ours = self.turns.len() - 1;
        let mut state = self.state();
        // A busy machine takes its time to start a thread, and a thread that has not begun looks like one that sleeps.
        while state.tasks.iter().any(|task| task.thread.is_none()) {
            state = self.wait(ours, state);
        }
        state.pass(None);
        self.tell(&state);
        let mut idle = Idle::default();
        loop {
            if state.all_done() {
                return End::All(Vec::new());
            }
            if state.is_endless() {
                return End::Turns;
            }
            let Some(runs) = state.turn else {
                drop(state);
                // Timers and tasks of the runtime may wake somebody.
                let woken = runtime
                    .block_on(async { tokio::time::timeout(LONG, self.idle.notified()).await });
                state = self.state();
                state.pass(None);
                self.tell(&state);
                // A thread that was stuck may have come to its end meanwhile.
                if state.turn.is_some() || woken.is_ok() || state.all_done() {
                    continue;
                }
                let Some(stuck) = state.stuck() else {
                    return state.nobody_can();
                };
                // A thread that sleeps may come back.
                if idle.looks(state.tasks[stuck].thread).is_over() {
                    return End::Stuck(stuck);
                }
                state = self.wait(ours, state);
                continue;
            };
            let before = state.steps.len() + state.taken.len();
            state = self.wait(ours, state);
            if state.turn != Some(runs) || state.steps.len() + state.taken.len() != before {
                idle = Idle::default();
                continue;
            }
            let thread = state.tasks[runs].thread;
            if idle.looks(thread).is_over() {
                if let Some(thread) = thread.filter(|_| idle.asleep == 0) {
                    thread.gives_way();
                }
                return End::Stuck(runs);
            }
            if idle.asleep >= ASLEEP && state.tasks.iter().any(|task| task.status == Status::Ready)
            {
                state.tasks[runs].status = Status::Stuck;
                state.unseen = true;
                state.pass(None);
                self.tell(&state);
            }
        }
    }

    fn stop(&self) {
        self.state().stop = true;
        self.turns.iter().for_each(Condvar::notify_all);
    }

    /// The life of a task's thread.
    fn runs(self: Arc<Self>, me: usize, work: Work<T>) {
        // Whatever it says when it panics, the verdict tells.
        let _silence = Silence::new();
        let waker = Arc::new(Wakes {
            game: self.clone(),
            task: me,
        });
        locks::install(waker.clone());
        let waker = Waker::from(waker);
        let result = panics::catch(|| {
            let mut state = self.state();
            state.tasks[me].thread = Some(Thread::this());
            self.tell(&state);
            drop(state);
            self.waits_for_turn(me);
            let mut work = work();
            loop {
                self.state().tasks[me].woken = false;
                if let Poll::Ready(value) = work.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return value;
                }
                self.pends(me);
            }
        });
        let result = result.map_err(|payload| {
            let over = payload.is::<Over>();
            (over, panics::message(&*payload))
        });
        let mut state = self.state();
        match result {
            Ok(value) => state.tasks[me].result = Some(Ok(value)),
            Err((false, words)) => state.tasks[me].result = Some(Err(words)),
            Err((true, _)) => {}
        }
        state.tasks[me].status = Status::Done;
        self.hands_on(me, &mut state);
    }

    /// A poll came back, and has to wait.
    fn pends(&self, me: usize) {
        let mut state = self.state();
        if state.held.is_none()
            && let Some(lock) = state.holds_std(me)
        {
            state.held = Some((me, lock, state.steps.len()));
        }
        let task = &mut state.tasks[me];
        task.status = match (task.woken, std::mem::take(&mut task.pauses)) {
            (true, true) => Status::Ready,
            (true, false) => Status::Yielded,
            (false, _) => Status::Asleep,
        };
        self.hands_on(me, &mut state);
        drop(state);
        self.waits_for_turn(me);
    }

    /// Before a step that others may come before.
    pub(super) fn point(&self, me: usize) {
        if thread::panicking() {
            return;
        }
        let mut state = self.state();
        state.tasks[me].status = Status::Ready;
        self.hands_on(me, &mut state);
        drop(state);
        self.waits_for_turn(me);
    }

    /// Whoever has the turn hands it on. A thread that was stuck has it no longer.
    pub(super) fn hands_on(&self, me: usize, state: &mut State<T>) {
        if state.turn == Some(me) && !state.stop {
            state.pass(Some(me));
            self.tell(state);
        }
    }

    pub(super) fn waits_for_turn(&self, me: usize) {
        let mut state = self.state();
        while state.turn != Some(me) && !state.stop {
            state = self.wait(me, state);
        }
        if state.stop && !thread::panicking() {
            drop(state);
            resume_unwind(Box::new(Over));
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits to be told; not for ever, so that we can look at who runs.
    fn wait<'a>(&self, who: usize, state: MutexGuard<'a, State<T>>) -> MutexGuard<'a, State<T>> {
        let waited = self.turns[who].wait_timeout(state, LOOK);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Tells whose turn it is; us where it is nobody's.
    fn tell(&self, state: &State<T>) {
        let who = state.turn.unwrap_or(self.turns.len() - 1);
        self.turns[who].notify_all();
    }
}
