//! Who woke whom. Whoever runs on the thread that wakes is the one who woke.

use super::running::Running;
use super::{Outcome, Timeline, Wake, running};
use crate::waker::Waker;
use std::sync::Arc;

impl Timeline {
    /// An empty timeline that also notes wakes: its figure has an arrow from who woke to who then ran.
    ///
    /// # Examples
    ///
    /// ```
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// use support::Timeline;
    ///
    /// let timeline = Timeline::noting_wakes();
    /// timeline.watch("yields", tokio::task::yield_now()).await;
    /// assert_eq!(timeline.wakes().len(), 1);
    /// # });
    /// ```
    pub fn noting_wakes() -> Self {
        let timeline = Timeline::new();
        timeline.recording().wakes = Some(Vec::new());
        timeline
    }

    /// Every wake so far, where they are noted.
    pub fn wakes(&self) -> Vec<Wake> {
        self.recording().wakes.clone().unwrap_or_default()
    }

    /// A waker of a lane's own.
    pub(super) fn waker(&self, lane: usize) -> Arc<Waker> {
        if self.recording().wakes.is_none() {
            return Waker::new();
        }
        let timeline = self.clone();
        Waker::noting(move || timeline.note_wake(lane))
    }

    /// Somebody wakes a lane, on this thread, now. One that has ended cannot run again, so nothing is noted.
    fn note_wake(&self, lane: usize) {
        let by = running::innermost_of(self);
        let mut recording = self.recording();
        let at = recording.now();
        if recording.lanes[lane].outcome == Outcome::Running
            && let Some(wakes) = &mut recording.wakes
        {
            wakes.push(Wake { at, by, lane });
        }
    }
}

/// A lane of something that is no future, and wakes futures.
#[derive(Debug)]
pub(crate) struct Row {
    timeline: Timeline,
    lane: usize,
}

impl Row {
    pub(crate) fn new(timeline: &Timeline, name: &str) -> Self {
        let lane = timeline.open_lane(name.to_owned());
        // It has done what it had to at any moment.
        timeline.close_lane(lane, Outcome::Finished);
        Row {
            timeline: timeline.clone(),
            lane,
        }
    }

    /// Runs `work`, which wakes others, on the lane. The mark comes first: whoever is woken may draw the figure before this thread
    /// goes on.
    pub(crate) fn runs<T>(&self, work: impl FnOnce() -> T) -> T {
        self.timeline.poll(self.lane, || ());
        self.timeline.close_lane(self.lane, Outcome::Finished);
        let _running = Running::new(&self.timeline, self.lane);
        work()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use std::task::Poll;

    #[tokio::test]
    async fn a_wake_has_a_source_where_a_lane_of_the_timeline_ran() {
        let timeline = Timeline::noting_wakes();
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let waits = timeline.watch("waits", receiver);
        let sends = timeline.watch("sends", async { sender.send(7) });
        let (got, _) = tokio::join!(waits, sends);
        assert_eq!(got, Ok(7));
        let wakes = timeline.wakes();
        assert_eq!(wakes.len(), 1, "{wakes:?}");
        assert_eq!((wakes[0].by, wakes[0].lane), (Some(1), 0));
    }

    #[tokio::test]
    async fn a_wake_from_elsewhere_has_no_source_and_one_after_the_end_is_none() {
        let timeline = Timeline::noting_wakes();
        let mut kept = None;
        let waits = poll_fn(|context| {
            let first = kept.is_none();
            let waker = kept.get_or_insert_with(|| context.waker().clone()).clone();
            if first {
                std::thread::spawn(move || waker.wake());
                return Poll::Pending;
            }
            Poll::Ready(())
        });
        timeline.watch("waits", waits).await;
        if let Some(kept) = kept {
            kept.wake();
        }
        let wakes = timeline.wakes();
        assert_eq!(wakes.len(), 1, "{wakes:?}");
        assert_eq!(wakes[0].by, None);
    }

    #[test]
    fn a_timeline_notes_wakes_only_where_it_is_asked_to() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let timeline = Timeline::new();
        let yields = timeline.watch("yields", tokio::task::yield_now());
        runtime.expect("it needs nothing").block_on(yields);
        assert_eq!(timeline.wakes(), []);
    }
}
