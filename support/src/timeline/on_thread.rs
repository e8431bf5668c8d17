//! Records work that blocks its thread, and may do so for ever.

use super::{Timeline, drawn};
use crate::chart::Figure;
use crate::panics;
use crate::threads;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// How often we look, and after how many looks without anything new we stop. This says nothing but what a figure has under
/// it, so that a machine that is slower than that costs a figure, and no verdict.
const LOOK: Duration = Duration::from_millis(10);
const LOOKS: usize = 300;

/// Records what `work` watches, with its wakes, on a thread of its own; `work` may be an executor that never returns.
///
/// Where nothing has happened for some seconds, the figure is drawn, and says that it did not return. Its thread is left
/// behind. Work that is still a `todo!` gives a figure that says so; any other panic goes on.
///
/// # Examples
///
/// ```
/// use support::timeline;
///
/// let figure = timeline::record_on_thread("A future that is ready at once", |timeline| {
///     let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
///     runtime.block_on(timeline.watch("at once", std::future::ready(7)));
/// });
/// assert!(figure.svg().contains("at once"));
/// ```
pub fn record_on_thread(
    title: impl AsRef<str>,
    work: impl FnOnce(Timeline) + Send + 'static,
) -> Figure {
    let (title, timeline) = (title.as_ref(), Timeline::noting_wakes());
    let (sender, receiver) = mpsc::channel();
    let (its_own, number) = (timeline.clone(), mpsc::channel());
    let started = thread::Builder::new()
        .name("an executor that is recorded".to_owned())
        .spawn(move || {
            let _ = number.0.send(threads::this_thread());
            // Nobody listens any more where the thread was given up.
            let _ = sender.send(panics::catch(|| work(its_own)));
        });
    started.expect("a kernel has memory for a thread");
    let (mut before, mut still) = (0, 0);
    while still < LOOKS {
        match receiver.recv_timeout(LOOK) {
            Ok(ended) => return drawn(&timeline, title, ended),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                let now = timeline.events();
                still = if now == before { still + 1 } else { 0 };
                before = now;
            }
        }
    }
    if let Ok(Some(number)) = number.1.try_recv() {
        threads::give_way(number);
    }
    timeline.figure(title).with_note(
        "It did not return: nothing has happened for some seconds, and its thread is left behind.",
    )
}

impl Timeline {
    /// How much was recorded so far.
    fn events(&self) -> usize {
        let recording = self.recording();
        let polls = |lane: &super::Lane| lane.polls.len() + lane.in_vain.len();
        recording.lanes.iter().map(polls).sum::<usize>()
            + recording.wakes.as_ref().map_or(0, Vec::len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_returns_is_drawn_and_said() {
        let figure = record_on_thread("asleep", |timeline| {
            timeline.run("begins", || ());
            loop {
                thread::park();
            }
        });
        assert!(figure.to_string().contains("did not return"), "{figure}");
        assert!(figure.to_string().contains("begins"), "{figure}");
    }

    #[test]
    fn what_is_not_written_is_said() {
        let figure = record_on_thread("mine", |_| panic!("not yet implemented: write it"));
        assert!(
            figure.to_string().contains("Not written yet: write it"),
            "{figure}"
        );
    }
}
