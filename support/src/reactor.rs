//! What waits outside, and wakes: a reactor that knows nothing but the time.
//!
//! A future that is not ready returns, and nobody is left inside it who could notice that its time has come. Somebody
//! outside has to wait: a *reactor*, which is told when, and whom to wake then. Tokio has one, which also knows sockets; this
//! one is the part that a future written by hand needs, and has one method to tell it.
//!
//! In a notebook a thread of its own waits, in real time. In a check it is moved by hand, so that no verdict depends on how
//! fast the machine is.

use crate::timeline::{Row, Timeline};
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread;
use std::time::{Duration, Instant};

/// Wakes whoever asked for it, at the moment that they asked for. Clones are one reactor; it ends when the last is dropped.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use std::task::{Wake, Waker};
/// use std::thread::{self, Thread};
/// use std::time::Duration;
/// use support::reactor::Reactor;
///
/// struct Unpark(Thread);
/// impl Wake for Unpark {
///     fn wake(self: Arc<Self>) {
///         self.0.unpark();
///     }
/// }
///
/// let reactor = Reactor::new();
/// let moment = reactor.now() + Duration::from_millis(5);
/// reactor.wake_at(moment, Waker::from(Arc::new(Unpark(thread::current()))));
/// while reactor.now() < moment {
///     thread::park();
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Reactor {
    handle: Arc<Handle>,
}

/// What all clones hold; the thread holds what is inside.
#[derive(Debug)]
struct Handle {
    shared: Arc<Shared>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.state().ended = true;
        self.shared.changed.notify_all();
    }
}

struct Shared {
    /// When a reactor of real time began; nothing for one that is moved by hand.
    origin: Option<Instant>,
    state: Mutex<State>,
    changed: Condvar,
    row: Option<Row>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiting = self.state().waiting.len();
        f.debug_struct("Shared").field("waiting", &waiting).finish()
    }
}

#[derive(Default)]
struct State {
    /// The time, where it is moved by hand.
    now: Duration,
    waiting: Vec<(Duration, Waker)>,
    /// How often somebody asked to be woken.
    asked: usize,
    ended: bool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        self.origin
            .map_or_else(|| self.state().now, |origin| origin.elapsed())
    }

    /// Wakes those whose moment has come, in the order of their moments, with nothing locked.
    fn wake_due(&self) {
        let now = self.now();
        let mut state = self.state();
        let (mut due, later): (Vec<_>, Vec<_>) = state
            .waiting
            .drain(..)
            .partition(|(moment, _)| *moment <= now);
        state.waiting = later;
        drop(state);
        due.sort_by_key(|(moment, _)| *moment);
        if due.is_empty() {
            return;
        }
        let wake = || due.into_iter().for_each(|(_, waker)| waker.wake());
        match &self.row {
            Some(row) => row.runs(wake),
            None => wake(),
        }
    }

    /// What the thread does until the last handle is dropped.
    fn run(&self) {
        loop {
            self.wake_due();
            let state = self.state();
            if state.ended {
                return;
            }
            let next = state.waiting.iter().map(|(moment, _)| *moment).min();
            // Under the lock, so that nobody can ask between the look and the wait.
            match next.map(|next| next.saturating_sub(self.now())) {
                Some(left) => drop(self.changed.wait_timeout(state, left)),
                None => drop(self.changed.wait(state)),
            }
        }
    }
}

impl Reactor {
    /// A reactor of real time, with a thread of its own that sleeps until the next moment.
    #[expect(
        clippy::new_without_default,
        reason = "a default value starts no thread"
    )]
    pub fn new() -> Self {
        Reactor::started(None)
    }

    /// The same, and each time that it wakes somebody is drawn on a lane of `timeline`.
    pub fn watched(timeline: &Timeline) -> Self {
        Reactor::started(Some(Row::new(timeline, "reactor")))
    }

    fn started(row: Option<Row>) -> Self {
        let reactor = Reactor::with(Some(Instant::now()), row);
        let shared = reactor.handle.shared.clone();
        let thread = thread::Builder::new().name("reactor".to_owned());
        let thread = thread.spawn(move || shared.run());
        thread.expect("a kernel has memory for a thread");
        reactor
    }

    /// A reactor whose time moves only by [`Reactor::advance`].
    pub(crate) fn by_hand() -> Self {
        Reactor::with(None, None)
    }

    fn with(origin: Option<Instant>, row: Option<Row>) -> Self {
        let shared = Arc::new(Shared {
            origin,
            state: Mutex::default(),
            changed: Condvar::new(),
            row,
        });
        Reactor {
            handle: Arc::new(Handle { shared }),
        }
    }

    /// The time since the reactor was made.
    pub fn now(&self) -> Duration {
        self.handle.shared.now()
    }

    /// Calls `waker` once, as soon as [`Reactor::now`] has reached `moment`.
    ///
    /// Whoever asks again for the same moment, to wake the same task, is woken once.
    pub fn wake_at(&self, moment: Duration, waker: Waker) {
        let shared = &self.handle.shared;
        let mut state = shared.state();
        state.asked += 1;
        let same = |(other, known): &(Duration, Waker)| *other == moment && known.will_wake(&waker);
        if !state.waiting.iter().any(same) {
            state.waiting.push((moment, waker));
        }
        drop(state);
        if shared.origin.is_some() {
            shared.changed.notify_all();
        } else {
            // A moment that has passed already.
            shared.wake_due();
        }
    }

    /// Moves the time, and wakes whose moment has come.
    pub(crate) fn advance(&self, by: Duration) {
        self.handle.shared.state().now += by;
        self.handle.shared.wake_due();
    }

    /// How often somebody asked to be woken.
    pub(crate) fn asked(&self) -> usize {
        self.handle.shared.state().asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    const STEP: Duration = Duration::from_millis(200);

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn one_that_is_moved_by_hand_wakes_when_its_moment_has_come_and_once() {
        let (reactor, count) = (Reactor::by_hand(), Arc::new(Count::default()));
        let waker = Waker::from(count.clone());
        reactor.wake_at(2 * STEP, waker.clone());
        reactor.wake_at(2 * STEP, waker);
        reactor.advance(STEP);
        assert_eq!(count.0.load(Ordering::SeqCst), 0);
        reactor.advance(STEP);
        reactor.advance(STEP);
        assert_eq!(count.0.load(Ordering::SeqCst), 1);
        assert_eq!((reactor.now(), reactor.asked()), (3 * STEP, 2));
    }

    #[test]
    fn a_moment_that_has_passed_wakes_at_once() {
        let (reactor, count) = (Reactor::by_hand(), Arc::new(Count::default()));
        reactor.advance(STEP);
        reactor.wake_at(STEP, Waker::from(count.clone()));
        assert_eq!(count.0.load(Ordering::SeqCst), 1);
    }

    /// Looks at a timeline where it is woken, as a figure may be drawn by then.
    struct Looks(Timeline, Mutex<Vec<usize>>);

    impl Wake for Looks {
        fn wake(self: Arc<Self>) {
            let marks = self.0.lanes()[0].polls.len();
            self.1.lock().expect("nothing panics").push(marks);
        }
    }

    #[test]
    fn its_lane_has_a_mark_for_a_wake_when_that_wakes() {
        let timeline = Timeline::noting_wakes();
        let row = Some(Row::new(&timeline, "reactor"));
        let reactor = Reactor::with(None, row);
        let looks = Arc::new(Looks(timeline, Mutex::default()));
        for _ in 0..2 {
            reactor.wake_at(reactor.now() + STEP, Waker::from(looks.clone()));
            reactor.advance(STEP);
        }
        assert_eq!(*looks.1.lock().expect("nothing panics"), [1, 2]);
    }

    #[test]
    fn its_thread_ends_with_its_last_handle() {
        let reactor = Reactor::new();
        let shared = Arc::downgrade(&reactor.handle.shared);
        drop(reactor);
        while shared.strong_count() > 0 {
            thread::yield_now();
        }
    }
}
