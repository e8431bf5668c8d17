//! What runs on a thread now: whoever wakes or locks there is the lane whose work it is.

use super::Timeline;
use std::cell::RefCell;
use std::sync::Arc;

thread_local! {
    /// The lanes whose work this thread does now, the innermost last.
    static RUNNING: RefCell<Vec<(Timeline, usize)>> = const { RefCell::new(Vec::new()) };
}

/// While it lives, a lane runs on this thread.
pub(super) struct Running(Timeline, usize);

impl Running {
    pub(super) fn new(timeline: &Timeline, lane: usize) -> Self {
        enters(timeline, lane);
        Running(timeline.clone(), lane)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        leaves(&self.0, self.1);
    }
}

/// From now on, a lane runs on this thread.
pub(super) fn enters(timeline: &Timeline, lane: usize) {
    RUNNING.with_borrow_mut(|running| running.push((timeline.clone(), lane)));
}

/// It does no more. It need not be the innermost: a span that is entered across an `.await` is left whenever its guard is
/// dropped.
pub(super) fn leaves(timeline: &Timeline, lane: usize) {
    RUNNING.with_borrow_mut(|running| {
        let same = |(other, number): &(Timeline, usize)| {
            *number == lane && Arc::ptr_eq(&other.shared, &timeline.shared)
        };
        if let Some(place) = running.iter().rposition(same) {
            running.remove(place);
        }
    });
}

/// The lane whose work this thread does now, and its timeline.
pub(super) fn innermost() -> Option<(Timeline, usize)> {
    RUNNING.with_borrow(|running| running.last().cloned())
}

/// The innermost lane of one timeline.
pub(super) fn innermost_of(timeline: &Timeline) -> Option<usize> {
    RUNNING.with_borrow(|running| {
        let ours = |(other, _): &&(Timeline, usize)| Arc::ptr_eq(&other.shared, &timeline.shared);
        running.iter().rev().find(ours).map(|(_, lane)| *lane)
    })
}
