//! Whether a thread that takes no step ever will.

use crate::check::run::Thread;
use std::time::Duration;

/// How often we look whether a thread that has the turn still does something.
pub(super) const LOOK: Duration = Duration::from_millis(10);

/// For how long it may sleep where nobody else can go on, and for how long it may compute.
const STUCK: Duration = Duration::from_secs(3);

/// What was seen of a thread that takes no step. How long that is says nothing: the machine may be busy with others.
#[derive(Debug, Default)]
pub(super) struct Idle {
    /// Looks in a row in which it slept.
    pub(super) asleep: u32,
    /// How long it had computed at the first look, and since.
    before: Option<Duration>,
    computed: Duration,
}

impl Idle {
    pub(super) fn looks(&mut self, thread: Option<Thread>) -> &Self {
        let sleeps = thread.is_none_or(Thread::sleeps);
        self.asleep = if sleeps { self.asleep + 1 } else { 0 };
        if let Some(now) = thread.and_then(Thread::computed) {
            self.computed = now.saturating_sub(*self.before.get_or_insert(now));
        }
        self
    }

    pub(super) fn is_over(&self) -> bool {
        LOOK * self.asleep > STUCK || self.computed > STUCK
    }
}
