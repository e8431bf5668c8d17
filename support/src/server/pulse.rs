//! What somebody outside can see of a service while it runs, and say to it.
//!
//! A check has to know when a service is at rest, without asking a clock: nothing happens in it, its runtime has turned,
//! and whoever could have sent something has turned, too.

use super::{Server, Shared};
use std::time::Duration;

/// What a service is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Pulse {
    /// How often anything happened: a connection, a request, an answer, somebody who gave up.
    pub(crate) happened: usize,
    /// How often its runtime turned because it was asked to.
    pub(crate) turns: usize,
    /// Requests on which it works.
    pub(crate) working: usize,
    /// Requests that are gathered at the gate.
    pub(crate) gathered: usize,
    /// Whether an answer is held back until a folder has so many entries.
    pub(crate) held: bool,
    /// How often the same thing was asked for, at most.
    pub(crate) asked_most: usize,
}

impl Server {
    /// What it is doing.
    pub(crate) fn pulse(&self) -> Pulse {
        self.shared.seen().pulse
    }

    /// Asks its runtime to turn.
    pub(crate) fn turn(&self) {
        self.shared.asked.notify_one();
    }

    /// Lets it answer what it has gathered at the gate.
    pub(crate) fn open(&self) {
        self.shared.opened.notify_waiters();
    }

    /// Tells it that the clock of those who ask it is moved.
    pub(crate) fn clock_moves(&self, by: Duration) {
        self.shared.seen().moved += by;
    }

    /// Has it hold back nothing any more.
    pub(crate) fn give_up(&self) {
        let mut seen = self.shared.seen();
        let held = std::mem::take(&mut seen.held);
        seen.gave_up.extend(held);
    }
}

/// Counts how often it is asked to turn.
pub(super) async fn answer(shared: &Shared) {
    loop {
        shared.asked.notified().await;
        shared.seen().pulse.turns += 1;
    }
}
