//! Records a piece of work, and draws what was recorded.

use super::{Outcome, Timeline};
use crate::chart::{self, Figure};
use crate::panics;

/// Records everything that `work` watches and draws it.
///
/// Work that is still a `todo!` gives a figure that says so; any other panic goes on.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use std::time::Duration;
/// use support::timeline;
///
/// let nap = Duration::from_millis(5);
/// let figure = timeline::record("Two naps at once", async |timeline| {
///     tokio::join!(
///         timeline.watch("first", tokio::time::sleep(nap)),
///         timeline.watch("second", tokio::time::sleep(nap)),
///     );
/// })
/// .await;
/// assert!(figure.svg().contains("second"));
/// # });
/// ```
pub async fn record<T>(title: impl AsRef<str>, work: impl AsyncFnOnce(Timeline) -> T) -> Figure {
    recorded(Timeline::new(), title.as_ref(), work).await
}

/// The same, with an arrow for every wake, from who woke to who then ran.
pub async fn record_wakes<T>(
    title: impl AsRef<str>,
    work: impl AsyncFnOnce(Timeline) -> T,
) -> Figure {
    recorded(Timeline::noting_wakes(), title.as_ref(), work).await
}

async fn recorded<T>(
    timeline: Timeline,
    title: &str,
    work: impl AsyncFnOnce(Timeline) -> T,
) -> Figure {
    let ended = panics::catch_async(work(timeline.clone())).await;
    drawn(&timeline, title, ended)
}

/// The figure of work that has ended, or has come to a `todo!`.
pub(super) fn drawn<T>(
    timeline: &Timeline,
    title: &str,
    ended: Result<T, panics::Payload>,
) -> Figure {
    match ended {
        Ok(_) => timeline.figure(title),
        Err(payload) => match panics::not_written(&*payload) {
            Some(task) => begun(timeline, title).with_note(&format!("Not written yet: {task}")),
            None => std::panic::resume_unwind(payload),
        },
    }
}

/// A figure of work that came to a `todo!`: an empty one where nothing was done before.
fn begun(timeline: &Timeline, title: &str) -> Figure {
    let lanes = timeline.lanes();
    if lanes.iter().any(|lane| lane.outcome == Outcome::Finished) {
        timeline.figure(title)
    } else {
        chart::no_lanes(title, "not written yet")
    }
}
