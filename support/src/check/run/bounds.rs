//! What a run may take, and how one that takes more is recognised.

use super::Clock;
use super::clock::Watch;
use super::stretch::{self, Stretch};
use crate::threads;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often the run is asked whether it is still there.
pub(super) const PING: Duration = Duration::from_millis(1);

/// Virtual time that nobody reaches who waits for something.
pub(super) const LONG: Duration = Duration::from_secs(3600);

/// How often time may move, or the future may be polled, before it goes round in a circle.
const TURNS: usize = 1000;

/// The same once so much virtual time has passed: whoever prints in each turn shall not fill a notebook. What is right waits
/// for less: in exercise 9, a client speaks every 20 s, four times, and is let go after 30 s of silence.
const FEW_TURNS: usize = 100;
const SOME_TIME: Duration = Duration::from_secs(120);

/// From this turn on without any time passing, a paused clock is pushed: whoever asks again and again instead of waiting
/// would otherwise ask for ever.
const BUSY: usize = 300;

/// How far it is pushed each time, how much of our time that takes, and how far in all.
const PUSH: Duration = Duration::from_millis(10);
pub(super) const PUSH_TAKES: Duration = Duration::from_millis(2);
const PUSHED: Duration = Duration::from_secs(20);

/// Real time in which one poll may fail to return. Generous: what does not block needs none of it.
const ONE_POLL: Duration = Duration::from_secs(3);

/// Real time without anything happening, on a clock that does not move: somebody waits for a thread.
const STUCK: Duration = Duration::from_millis(1500);

/// Real time on a real clock, and in all.
const REAL: Duration = Duration::from_secs(2);
const IN_ALL: Duration = Duration::from_secs(10);

/// Why something does not come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::check) enum Never {
    /// One poll does not return, and the thread sleeps.
    Blocks,
    /// One poll does not return, and the thread computes.
    Computes,
    /// Everything is asleep, and nothing will wake it.
    Asleep,
    /// It goes round and round.
    Turns,
    /// It waits for a thread that is not the runtime's.
    Stuck,
}

/// What the thread of the run and the one that watches it both see.
#[derive(Debug)]
pub(super) struct Shared {
    real: bool,
    /// Whether the clock is one that jumps by itself.
    waits: bool,
    state: Mutex<State>,
    pool: AtomicBool,
}

#[derive(Debug)]
struct State {
    begun: Instant,
    thread: Option<i32>,
    root: Option<std::task::Waker>,
    /// When the run was asked last without having answered.
    asked: Option<Instant>,
    computed: Option<Duration>,
    answers: usize,
    polls: usize,
    waits_for: usize,
    tasks: usize,
    /// Polls since time moved last.
    still: usize,
    /// How often time moved, and how often of that late.
    turns: usize,
    late: usize,
    /// When the future was polled last, on the clock of the run.
    polled: Duration,
    parked: bool,
    /// Answers in a row between which the runtime never rested.
    restless: usize,
    now: Option<tokio::time::Instant>,
    origin: Option<tokio::time::Instant>,
    /// When something happened last, in real time.
    moved: Instant,
    longest: Stretch,
    busy: bool,
    pushed: Duration,
    step: Option<Duration>,
    passed: Option<Never>,
}

impl State {
    fn elapsed(&self) -> Duration {
        self.now
            .zip(self.origin)
            .map_or(Duration::ZERO, |(now, origin)| now - origin)
    }
}

impl Shared {
    pub(super) fn new(clock: &Clock) -> Self {
        let now = Instant::now();
        Shared {
            real: matches!(clock, Clock::Real(_)),
            waits: matches!(clock, Clock::Waits),
            pool: AtomicBool::new(false),
            state: Mutex::new(State {
                begun: now,
                thread: None,
                root: None,
                asked: None,
                computed: None,
                answers: 0,
                polls: 0,
                waits_for: 0,
                tasks: 0,
                still: 0,
                turns: 0,
                late: 0,
                polled: Duration::ZERO,
                parked: false,
                restless: 0,
                now: None,
                origin: None,
                moved: now,
                longest: Stretch::default(),
                busy: false,
                pushed: Duration::ZERO,
                step: None,
                passed: None,
            }),
        }
    }

    /// A std mutex: it is held for a few instructions and never across an await.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn begins(&self) {
        self.state().thread = threads::this_thread();
        stretch::begins();
    }

    /// The longest stretch, the polls, and so on, at the end. The runtime, whose hooks keep us, is let go of.
    pub(super) fn end(&self) -> (usize, usize, usize, Stretch, bool, bool) {
        let mut state = self.state();
        state.root = None;
        (
            state.polls,
            state.waits_for,
            state.tasks,
            state.longest,
            self.pool.load(Ordering::SeqCst),
            state.busy,
        )
    }

    pub(super) fn thread_started(&self) {
        // A runtime with several threads starts its workers so, too; which is which shows nowhere.
        self.pool.store(true, Ordering::SeqCst);
    }

    pub(super) fn parks(&self) {
        self.note_stretch();
        let now = self.waits.then(tokio::time::Instant::now);
        let mut state = self.state();
        state.parked = true;
        if now.is_some() && state.now != now {
            (state.now, state.still) = (now, 0);
            state.turns += 1;
            state.late += usize::from(state.elapsed() > LONG / 10);
            state.moved = Instant::now();
            let many = state.turns > FEW_TURNS && state.elapsed() > SOME_TIME;
            if many || state.turns > TURNS {
                state.passed.get_or_insert(Never::Turns);
                if let Some(root) = state.root.clone() {
                    drop(state);
                    root.wake();
                }
            }
        }
    }

    pub(super) fn unparks(&self) {
        stretch::begins();
    }

    fn note_stretch(&self) {
        if let Some(stretch) = stretch::ends() {
            let mut state = self.state();
            if stretch.own() > state.longest.own() {
                state.longest = stretch;
            }
            if stretch.is_long() {
                state.moved = Instant::now();
            }
        }
    }

    /// The root future of the runtime is polled: the thread is not held.
    pub(super) fn beats(&self, root: &std::task::Waker) {
        self.note_stretch();
        stretch::begins();
        let mut state = self.state();
        if state.origin.is_none() {
            let now = tokio::time::Instant::now();
            (state.origin, state.now) = (Some(now), Some(now));
        }
        if !state
            .root
            .as_ref()
            .is_some_and(|known| known.will_wake(root))
        {
            state.root = Some(root.clone());
        }
        if state.asked.take().is_some() {
            state.answers += 1;
            state.restless = if state.parked { 0 } else { state.restless + 1 };
            state.parked = false;
        }
    }

    /// The root future of the runtime returns. Where the runtime has threads of its own, this one now sleeps until it is
    /// woken, and that is no hook's business: a machine that wakes it late shall not look like blocking.
    pub(super) fn rests(&self) {
        if self.real {
            stretch::forget();
        }
    }

    /// The learner's future is polled.
    pub(super) fn polls(&self) {
        let now = tokio::time::Instant::now();
        let mut state = self.state();
        state.polled = state.origin.map_or(Duration::ZERO, |origin| now - origin);
        state.polls += 1;
        state.still += 1;
        state.moved = Instant::now();
        if self.waits && state.still > TURNS {
            state.passed.get_or_insert(Never::Turns);
        }
    }

    /// The learner's future has returned to us, and waits for so many things, while so many tasks are there.
    pub(super) fn waits_for(&self, things: usize, tasks: usize) {
        let mut state = self.state();
        if state.polls == 1 {
            (state.waits_for, state.tasks) = (things, tasks);
        }
    }

    /// Which bound was passed, if any.
    pub(super) fn passed(&self) -> Option<Never> {
        self.state().passed
    }

    /// How far the clock is to be moved now.
    pub(super) fn step(&self, clock: &Clock) -> Option<Duration> {
        let mut state = self.state();
        match clock {
            Clock::Real(_) => None,
            Clock::Service(_) => state.step.take(),
            Clock::Waits => {
                let by = match () {
                    () if state.still > BUSY => Some(PUSH),
                    // A task turns many times between two polls of ours.
                    () if state.restless > 30 => Some(PUSH * 10),
                    () => None,
                };
                state.busy |= by.is_some();
                state.pushed += by.unwrap_or_default();
                if state.pushed > PUSHED {
                    state.passed.get_or_insert(Never::Turns);
                }
                by
            }
        }
    }

    /// The last timer of all was reached: did anything happen in most of the time before? A clock reaches a timer that is
    /// far away in a few turns, so a few do not count.
    pub(super) fn at_the_limit(&self) -> Never {
        let state = self.state();
        if state.polled > LONG / 10 || state.late > 8 {
            Never::Turns
        } else {
            Never::Asleep
        }
    }

    /// Asks the run whether it is still there, from outside; says so where it will not come back.
    pub(super) fn ping(&self, watch: &mut Watch) -> Option<Never> {
        let mut state = self.state();
        let now = Instant::now();
        if let Some(asked) = state.asked {
            if now - asked < ONE_POLL {
                return None;
            }
            let computed = state.thread.and_then(threads::computed);
            let computes = computed
                .zip(state.computed)
                .is_some_and(|(now, before)| now.saturating_sub(before) * 2 > ONE_POLL);
            if let Some(thread) = state.thread.filter(|_| computes) {
                threads::give_way(thread);
            }
            return Some(if computes {
                Never::Computes
            } else {
                Never::Blocks
            });
        }
        (state.asked, state.computed) = (Some(now), state.thread.and_then(threads::computed));
        let mut never = None;
        match watch.look(state.answers) {
            Some(clock) => {
                if clock.moved {
                    state.moved = now;
                }
                state.step = clock.step.filter(|_| !self.real);
                never = clock.never;
            }
            None if self.real && now - state.moved > REAL => never = Some(Never::Asleep),
            None if !self.real && state.restless == 0 && now - state.moved > STUCK => {
                never = Some(Never::Stuck)
            }
            None => {}
        }
        if now - state.begun > IN_ALL || state.restless > 2000 {
            never.get_or_insert(Never::Turns);
        }
        if let Some(never) = never {
            state.passed.get_or_insert(never);
        }
        if let Some(root) = state.root.clone() {
            drop(state);
            root.wake();
        }
        None
    }
}
