//! What exercise 8's service is given: an input whose bytes come in pieces, and a desk that handles lines.
//!
//! The pieces of an input end where a network would end them: in the middle of a line, or of a letter. What was read of a line
//! that is not whole yet is kept *in the input*, beside its source, so that whoever goes on with the input has it. Both are
//! driven by Tokio's clock alone, so a check can have everything come at a known moment.

mod log;
mod source;

use crate::timeline::Timeline;
pub use log::{Event, Log};
pub use source::{Input, Source};
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How often a service ticks.
pub const TICK: Duration = Duration::from_millis(100);

/// How long a service that was asked to stop waits for what it has begun.
pub const GRACE: Duration = Duration::from_millis(300);

/// How long a line takes that does not say so.
const USUAL: Duration = Duration::from_millis(20);

/// Handles lines, and keeps a log. A clone is the same desk.
///
/// A line that ends in a number takes so many milliseconds; `stuck` never ends; any other takes 20.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use support::desk::Desk;
///
/// let desk = Desk::new();
/// desk.handle("tea 5".to_owned()).await;
/// desk.tick();
/// assert_eq!((desk.log().begun(), desk.log().ticks()), (vec!["tea 5"], 1));
/// # });
/// ```
#[derive(Clone)]
pub struct Desk {
    shared: Arc<Mutex<State>>,
    /// Where it draws what it does, and the name of the lane that this is a part of.
    drawn: Option<(Timeline, String)>,
}

#[derive(Debug)]
struct State {
    origin: Instant,
    log: Log,
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

impl Default for Desk {
    fn default() -> Self {
        Desk::new()
    }
}

impl Desk {
    /// A desk with an empty log, whose time begins now.
    pub fn new() -> Self {
        let state = State {
            origin: Instant::now(),
            log: Log::default(),
        };
        Desk {
            shared: Arc::new(Mutex::new(state)),
            drawn: None,
        }
    }

    /// A desk that also draws each line that it handles, inside the lane called `parent`.
    pub fn drawn_in(timeline: &Timeline, parent: impl Into<String>) -> Self {
        Desk {
            drawn: Some((timeline.clone(), parent.into())),
            ..Desk::new()
        }
    }

    /// Handles a line, which takes its time. The future owns all that it needs, so it may be a task.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub fn handle(&self, line: String) -> impl Future<Output = ()> + Send + use<> {
        self.note(Event::Given(line.clone()));
        let (desk, name) = (self.clone(), line.clone());
        let work = async move {
            let takes = takes(&line);
            desk.note(Event::Begun(line.clone()));
            let mut handled = Handled {
                desk,
                line,
                finished: false,
            };
            match takes {
                Some(takes) => tokio::time::sleep(takes).await,
                None => std::future::pending().await,
            }
            handled.finished = true;
        };
        let drawn = self.drawn.clone();
        async move {
            match drawn {
                Some((timeline, parent)) => timeline.watch_in(&parent, name, work).await,
                None => work.await,
            }
        }
    }

    /// Notes a tick.
    pub fn tick(&self) {
        self.note(Event::Tick);
    }

    /// What happened so far.
    pub fn log(&self) -> Log {
        self.state().log.clone()
    }

    /// Its time begins now, whenever it was made.
    pub(crate) fn begins(&self) {
        self.state().origin = Instant::now();
    }

    fn note(&self, event: Event) {
        let mut state = self.state();
        let at = state.origin.elapsed();
        state.log.note(at, event);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a line takes; nothing for one that never ends.
fn takes(line: &str) -> Option<Duration> {
    let last = line.split_whitespace().next_back().unwrap_or_default();
    match last.parse() {
        Ok(milliseconds) => Some(Duration::from_millis(milliseconds)),
        Err(_) if last == "stuck" => None,
        Err(_) => Some(USUAL),
    }
}

/// Notes how the handling of a line ended, when dropped.
struct Handled {
    desk: Desk,
    line: String,
    finished: bool,
}

impl Drop for Handled {
    fn drop(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.desk.note(match self.finished {
            true => Event::Finished(line),
            false => Event::Dropped(line),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_line_says_how_long_it_takes_and_the_log_how_it_ended() {
        let desk = Desk::new();
        desk.handle("tea 50".to_owned()).await;
        let stuck = tokio::time::timeout(TICK, desk.handle("stuck".to_owned())).await;
        assert!(stuck.is_err());
        drop(desk.handle("never awaited".to_owned()));
        let log = desk.log();
        assert_eq!(log.begun(), ["tea 50", "stuck"]);
        assert_eq!(log.finished_by(Duration::MAX), ["tea 50"]);
        assert_eq!(log.given(), 3);
        let text = log.to_string();
        assert!(text.contains("0.05 s  tea 50: done"), "{text}");
        assert!(text.contains("stuck: dropped in the middle"), "{text}");
    }
}
