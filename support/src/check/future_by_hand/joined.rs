//! Drives a learner's `join` with two futures of ours, which note how they are polled and are ready when we say so.

use super::driven::Driven;
use crate::reactor::Reactor;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// What the two futures return, so that an exchange shows.
pub(super) const VALUES: (u32, u32) = (17, 4);

/// A future of the check's own, which `join` is given.
#[derive(Debug)]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Child {
    shared: Shared,
    value: u32,
}

type Shared = Arc<Mutex<State>>;

#[derive(Debug, Default)]
struct State {
    ready: bool,
    /// It wakes its task in its first poll, and is ready in the second.
    yields: bool,
    ended: bool,
    polls: usize,
    after_ready: usize,
    waker: Option<Waker>,
}

fn state(shared: &Shared) -> MutexGuard<'_, State> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Future for Child {
    type Output = u32;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
        let mut state = state(&self.shared);
        state.polls += 1;
        state.after_ready += usize::from(state.ended);
        state.waker = Some(context.waker().clone());
        if state.ready {
            state.ended = true;
            return Poll::Ready(self.value);
        }
        if std::mem::take(&mut state.yields) {
            state.ready = true;
            drop(state);
            context.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

/// In which order the two become ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) name: &'static str,
    /// Which are ready before the first poll.
    at_once: &'static [usize],
    /// Which become ready then, together, between one poll and the next.
    then: &'static [&'static [usize]],
    /// Whether it moves to another task before each of them.
    moves: bool,
    /// Which of them wakes its task in its first poll, and is ready in the second.
    yields: Option<usize>,
}

const fn case(
    name: &'static str,
    at_once: &'static [usize],
    then: &'static [&'static [usize]],
) -> Case {
    Case {
        name,
        at_once,
        then,
        moves: false,
        yields: None,
    }
}

pub(super) const CASES: [Case; 8] = [
    case("both are ready at once", &[0, 1], &[]),
    case("the first is ready before the second", &[], &[&[0], &[1]]),
    case("the second is ready before the first", &[], &[&[1], &[0]]),
    case("the first is ready at once", &[0], &[&[1]]),
    case("the second is ready at once", &[1], &[&[0]]),
    case("both become ready together", &[], &[&[0, 1]]),
    Case {
        moves: true,
        ..case("it moves from one task to another", &[], &[&[1], &[0]])
    },
    Case {
        yields: Some(0),
        ..case("the first lets others run before it is ready", &[], &[&[1]])
    },
];

/// What `join` did in one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Joined {
    pub(super) case: &'static str,
    /// Which of the two the first poll left out.
    pub(super) left_out: Option<usize>,
    /// Woken while neither of the two had become ready.
    pub(super) woke_itself: bool,
    /// One of the two woke, and the task that polled it last was not woken; or another one was.
    pub(super) not_woken: bool,
    /// One that had woken its task in its own poll was not polled in the next.
    pub(super) left_waiting: bool,
    pub(super) stale: bool,
    /// How often it polled one that was ready before.
    pub(super) after_ready: usize,
    /// Ready before both were.
    pub(super) early: bool,
    pub(super) value: Option<(u32, u32)>,
}

/// Drives the future that `join` makes through one case.
pub(super) fn drive<J: Future<Output = (u32, u32)>>(
    join: impl Fn(Child, Child) -> J,
    case: &Case,
) -> Joined {
    let shared: [Shared; 2] = Default::default();
    if let Some(index) = case.yields {
        state(&shared[index]).yields = true;
    }
    for ready in case.at_once {
        state(&shared[*ready]).ready = true;
    }
    let child = |index: usize, value| Child {
        shared: shared[index].clone(),
        value,
    };
    let joined = join(child(0, VALUES.0), child(1, VALUES.1));
    let mut driven = Driven::new(joined, Reactor::by_hand());
    let mut seen = Joined {
        case: case.name,
        left_out: None,
        woke_itself: false,
        not_woken: false,
        left_waiting: false,
        stale: false,
        after_ready: 0,
        early: false,
        value: None,
    };
    let mut task = 0;
    driven.poll(task);
    seen.left_out = (0..2).find(|index| state(&shared[*index]).polls == 0);
    if let Some(index) = case.yields {
        // The wake is the future's own. Nothing is left of it where the task was polled again at once.
        driven.woke_itself = false;
        driven.poll(task);
        seen.left_waiting = !state(&shared[index]).ended;
    }
    for group in case.then {
        if case.moves {
            task = 1 - task;
            driven.poll(task);
        }
        seen.early |= driven.value.is_some();
        let before = driven.wakes();
        for index in *group {
            let waker = {
                let mut state = state(&shared[*index]);
                state.ready = true;
                state.waker.clone()
            };
            if let Some(waker) = waker {
                waker.wake();
            }
        }
        let after = driven.wakes();
        if after[task] == before[task] {
            seen.not_woken = true;
            seen.stale = after != before;
            break;
        }
        driven.poll(task);
    }
    seen.woke_itself = driven.woke_itself;
    let of_both = shared.iter().map(|shared| state(shared).after_ready);
    seen.after_ready = of_both.sum();
    seen.value = driven.value;
    seen
}
