//! Futures of the check's own, which a learner's executor is given: each notes how it is polled, and does what one of the
//! plans says.

use crate::threads::Thread;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::{self, ThreadId};

/// After so many polls that nobody woke it for, a probe ends whatever it was to wait for, and with it the run.
const WILD: usize = 1000;

/// What all probes of a run note, and who watches it reads.
#[derive(Debug, Default)]
pub(super) struct Log {
    state: Mutex<State>,
}

/// The state of a run.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) probes: Vec<Noted>,
    /// What has happened so far: polls and wakes, and calls of the learner's functions, begun and ended.
    pub(super) events: usize,
    /// Which function of the learner's a probe has called that has not returned.
    pub(super) inside: Option<&'static str>,
    /// The thread that is in it.
    caller: Option<ThreadId>,
    /// A second thread that is in the executor, while a task runs on the first one.
    pub(super) beside: Option<Thread>,
    /// A probe was polled again and again, while another one waited.
    pub(super) starved: bool,
    /// Nobody waits any more: each probe is ready at its next poll.
    pub(super) over: bool,
    /// The executor was dropped.
    pub(super) dropped: bool,
    pub(super) polls_after_drop: usize,
}

/// What is known of one probe.
#[derive(Debug, Clone, Default)]
pub(super) struct Noted {
    pub(super) name: &'static str,
    pub(super) polls: usize,
    pub(super) wakes: usize,
    /// Polls before which there had been no wake, the first one left out.
    pub(super) unwoken: usize,
    pub(super) ready: bool,
    pub(super) after_ready: usize,
    /// Polls by a call of `spawn`.
    pub(super) in_spawn: usize,
    /// Woken, and not polled since; and whether that was in the middle of one of its polls.
    pub(super) waits_for_poll: bool,
    pub(super) woken_in_poll: bool,
    pub(super) polled_now: bool,
    pub(super) waker: Option<Waker>,
}

impl Log {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // Held for a few instructions, and never while the learner's code runs.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes a probe, if it was polled before.
    pub(super) fn wake(&self, probe: usize) {
        let waker = {
            let mut state = self.state();
            // Not made yet, where the executor never came so far.
            let noted = state.probes.get_mut(probe);
            let waker = noted.as_ref().and_then(|noted| noted.waker.clone());
            if let Some(noted) = noted
                && waker.is_some()
            {
                noted.wakes += 1;
                noted.waits_for_poll = true;
                noted.woken_in_poll = noted.polled_now;
                state.events += 1;
            }
            waker
        };
        if let Some(waker) = waker {
            self.inside("wake", || waker.wake());
        }
    }

    /// Calls a function of the learner's.
    pub(super) fn inside<T>(&self, name: &'static str, call: impl FnOnce() -> T) -> T {
        let note = |inside| {
            let mut state = self.state();
            (state.inside, state.events) = (inside, state.events + 1);
            state.caller = inside.map(|_| thread::current().id());
        };
        note(Some(name));
        let value = call();
        note(None);
        value
    }
}

/// What a probe does in a poll: the number of the poll, from one, and its context. It says whether the probe is ready.
type Body = Box<dyn FnMut(usize, &mut Context<'_>) -> bool + Send>;

/// A future that notes its polls.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub(super) struct Probe {
    log: Arc<Log>,
    index: usize,
    body: Body,
    value: u32,
}

impl Probe {
    pub(super) fn new(
        log: &Arc<Log>,
        name: &'static str,
        body: impl FnMut(usize, &mut Context<'_>) -> bool + Send + 'static,
    ) -> Self {
        let mut state = log.state();
        state.probes.push(Noted {
            name,
            ..Noted::default()
        });
        Probe {
            log: log.clone(),
            index: state.probes.len() - 1,
            body: Box::new(body),
            value: 0,
        }
    }

    /// What it returns.
    pub(super) fn returning(mut self, value: u32) -> Self {
        self.value = value;
        self
    }

    /// The poll begins; says its number, or nothing where it is to end at once.
    fn begins(&self, context: &Context<'_>) -> Option<usize> {
        let mut state = self.log.state();
        let State { over, dropped, .. } = *state;
        let in_spawn =
            state.inside == Some("spawn") && state.caller == Some(thread::current().id());
        state.events += 1;
        state.polls_after_drop += usize::from(dropped);
        let noted = &mut state.probes[self.index];
        noted.unwoken += usize::from(noted.polls > noted.wakes && !noted.ready);
        noted.polls += 1;
        noted.in_spawn += usize::from(in_spawn);
        noted.after_ready += usize::from(noted.ready);
        (noted.waits_for_poll, noted.polled_now) = (false, true);
        if !noted
            .waker
            .as_ref()
            .is_some_and(|known| known.will_wake(context.waker()))
        {
            noted.waker = Some(context.waker().clone());
        }
        let (number, ready, wild) = (noted.polls, noted.ready, noted.unwoken > WILD);
        state.over |= wild;
        (!over && !ready && !wild).then_some(number)
    }
}

impl Future for Probe {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
        let ready = match self.begins(context) {
            Some(number) => (self.body)(number, context),
            None => true,
        };
        let mut state = self.log.state();
        let noted = &mut state.probes[self.index];
        noted.polled_now = false;
        noted.ready |= ready;
        if ready {
            Poll::Ready(self.value)
        } else {
            Poll::Pending
        }
    }
}
