//! Drives a learner's future by hand: polls it where and when we like, with wakers that count, and moves its reactor.

use crate::panics;
use crate::reactor::Reactor;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

/// Stands for a task: counts how often it was woken.
#[derive(Debug, Default)]
struct Task(AtomicUsize);

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A future between two tasks: it is polled by one or the other.
pub(super) struct Driven<F: Future> {
    future: Pin<Box<F>>,
    /// Whom it may ask to wake it.
    reactor: Reactor,
    tasks: [Arc<Task>; 2],
    pub(super) value: Option<F::Output>,
    pub(super) polls: usize,
    /// Whether a poll woke a task, and not only because the reactor was asked for a moment that had passed.
    pub(super) woke_itself: bool,
}

impl<F: Future> Driven<F> {
    pub(super) fn new(future: F, reactor: Reactor) -> Self {
        Driven {
            future: Box::pin(future),
            reactor,
            tasks: Default::default(),
            value: None,
            polls: 0,
            woke_itself: false,
        }
    }

    /// Polls it from one of the tasks, and says whether it is ready. What is ready is not polled again.
    ///
    /// Where the reactor wakes the task in a poll, it is polled once more, as a task would be. One such wake is needless and harms
    /// nobody: a future may tell the reactor first, and then see that its time has come.
    pub(super) fn poll(&mut self, task: usize) -> bool {
        let asked = self.reactor.asked();
        self.woke_itself |=
            self.poll_wakes(task) && (self.reactor.asked() == asked || self.poll_wakes(task));
        self.value.is_some()
    }

    /// Polls it, and says whether it is pending and has woken a task meanwhile.
    fn poll_wakes(&mut self, task: usize) -> bool {
        if self.value.is_some() {
            return false;
        }
        let waker = Waker::from(self.tasks[task].clone());
        let before = self.wakes();
        self.polls += 1;
        match self.future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => {
                self.value = Some(value);
                false
            }
            Poll::Pending => self.wakes() != before,
        }
    }

    /// Whether it gives a value again where it is polled after it was ready. It may panic, as an `async fn` does.
    fn is_ready_again(&mut self) -> bool {
        let waker = Waker::from(self.tasks[0].clone());
        let again = panics::catch(|| self.future.as_mut().poll(&mut Context::from_waker(&waker)));
        self.value.is_some() && again.is_ok_and(|poll| poll.is_ready())
    }

    /// How often each task was woken.
    pub(super) fn wakes(&self) -> [usize; 2] {
        [&self.tasks[0], &self.tasks[1]].map(|task| task.0.load(Ordering::SeqCst))
    }

    /// Whether somebody holds a waker of a task.
    fn is_kept(&self, task: usize) -> bool {
        Arc::strong_count(&self.tasks[task]) > 1
    }
}

/// What a future did that waits for moments of a reactor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waiting<T> {
    /// Ready before its time.
    pub(super) early: bool,
    /// Woken before its time: by itself, or because it had asked for that.
    pub(super) woken_early: bool,
    /// How often it had asked the reactor before its first wait was over, and whether anybody held its waker then.
    pub(super) asked: usize,
    pub(super) kept: bool,
    /// The first of its waits, counted from zero, whose end did not wake the task that had polled it last, and whether it
    /// woke the one before that.
    pub(super) not_woken: Option<usize>,
    pub(super) stale: bool,
    /// Where its end did not wake the task: whether something did later.
    pub(super) late: bool,
    /// It was polled at its time, was pending, and woken in that poll.
    pub(super) not_yet: bool,
    /// What it was ready with.
    pub(super) value: Option<T>,
    /// Ready once more, where it was polled after that.
    pub(super) again: bool,
    /// When it was polled, and when it was woken, by the reactor's time.
    pub(super) polled: Vec<Duration>,
    pub(super) woken: Vec<Duration>,
}

/// How a future is driven that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// It is polled as soon as it is woken.
    AtOnce,
    /// So it is, and also by another task near the end of each wait.
    Moved,
    /// It is polled some time after it was woken: its thread had something else to do. And its reactor is not new.
    Late,
}

impl Manner {
    pub(super) const ALL: [Manner; 3] = [Manner::AtOnce, Manner::Moved, Manner::Late];

    /// How much of a wait is not enough.
    fn part_of(self, wait: Duration) -> Duration {
        match self {
            Manner::AtOnce => wait / 2,
            // Who counts in whole milliseconds is ready now: no wait of ours is a whole number of them.
            Manner::Moved => wait - NEARLY,
            // Who counts from the moment that was due, and not from the one at which it was polled, is too early by [`LATE`].
            Manner::Late => wait - LATE / 2,
        }
    }
}

/// Before the end, and not far from it.
const NEARLY: Duration = Duration::from_micros(100);

/// By how much a poll is late.
const LATE: Duration = Duration::from_millis(100);

/// Lets a future wait for each of these times in turn, and polls it in this manner.
pub(super) fn wait<F: Future>(
    start: impl FnOnce(Reactor) -> F,
    waits: &[Duration],
    manner: Manner,
) -> Waiting<F::Output> {
    let reactor = Reactor::by_hand();
    if manner == Manner::Late {
        reactor.advance(LATE);
    }
    let mut driven = Driven::new(start(reactor.clone()), reactor.clone());
    let mut seen = Waiting {
        early: false,
        woken_early: false,
        asked: 0,
        kept: false,
        not_woken: None,
        stale: false,
        late: false,
        not_yet: false,
        value: None,
        again: false,
        polled: vec![reactor.now()],
        woken: Vec::new(),
    };
    let mut task = 0;
    let mut ready = driven.poll(task);
    for (index, wait) in waits.iter().enumerate() {
        if index == 0 {
            (seen.asked, seen.kept) = (reactor.asked(), driven.is_kept(task));
        }
        let before = driven.wakes();
        reactor.advance(manner.part_of(*wait));
        if manner == Manner::Moved {
            task = 1 - task;
            ready |= driven.poll(task);
        }
        if manner == Manner::Late && index > 0 && driven.wakes() != before {
            seen.early = true;
            break;
        }
        seen.woken_early |= driven.woke_itself || driven.wakes() != before;
        seen.early |= ready;
        if seen.early || seen.woken_early {
            break;
        }
        reactor.advance(*wait - manner.part_of(*wait));
        let after = driven.wakes();
        if after[task] == before[task] {
            seen.not_woken = Some(index);
            seen.stale = after != before;
            reactor.advance(4 * *wait);
            seen.late = driven.wakes()[task] != before[task];
            break;
        }
        seen.woken.push(reactor.now());
        if manner == Manner::Late {
            reactor.advance(LATE);
        }
        seen.polled.push(reactor.now());
        let itself = driven.woke_itself;
        ready = driven.poll(task);
        seen.not_yet |= driven.woke_itself && !itself;
    }
    seen.woken_early |= driven.woke_itself;
    seen.again = manner == Manner::AtOnce && driven.is_ready_again();
    seen.value = driven.value;
    seen
}

/// What a future did that was polled for the first time when the wait was over that begins where it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Overdue {
    /// Ready in that poll.
    pub(super) ready: bool,
    /// Pending, and woken in that poll: its moment is over, and it does not know.
    pub(super) at_once: bool,
    /// Woken when as much time again was over.
    pub(super) woken: bool,
}

/// Makes a future whose first wait takes so long, and polls it once, as much time later.
pub(super) fn overdue<F: Future>(start: impl FnOnce(Reactor) -> F, wait: Duration) -> Overdue {
    let reactor = Reactor::by_hand();
    let mut driven = Driven::new(start(reactor.clone()), reactor.clone());
    reactor.advance(wait);
    let at_once = driven.poll_wakes(0);
    let before = driven.wakes();
    reactor.advance(wait);
    Overdue {
        ready: driven.value.is_some(),
        at_once,
        woken: driven.wakes() != before,
    }
}
