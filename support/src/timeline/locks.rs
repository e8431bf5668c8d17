//! Which locks a lane holds, and from when until when. Whoever runs on the thread that locks is the one who holds it.

use super::{Held, Span, Timeline, running};

/// A lock that a lane holds, until this is dropped.
#[derive(Debug)]
pub(crate) struct Holding {
    timeline: Timeline,
    place: (usize, usize),
}

/// Whether the lane whose work this thread does now holds a lock.
pub(crate) fn holding() -> bool {
    running::innermost().is_some_and(|(timeline, lane)| {
        let recording = timeline.recording();
        recording.holding.iter().any(|(holder, _)| *holder == lane)
    })
}

/// The lane whose work this thread does now, if there is one, has got a lock.
pub(crate) fn holds(lock: &str) -> Option<Holding> {
    let (timeline, lane) = running::innermost()?;
    let mut recording = timeline.recording();
    let now = recording.now();
    let held = &mut recording.lanes[lane].held;
    held.push(Held {
        lock: lock.to_owned(),
        span: Span {
            start: now,
            end: now,
        },
    });
    let place = (lane, held.len() - 1);
    recording.holding.push(place);
    drop(recording);
    Some(Holding { timeline, place })
}

impl Drop for Holding {
    fn drop(&mut self) {
        let mut recording = self.timeline.recording();
        let now = recording.now();
        recording.holding.retain(|place| *place != self.place);
        let (lane, lock) = self.place;
        recording.lanes[lane].held[lock].span.end = now;
    }
}
