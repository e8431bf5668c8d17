//! How far long work in a cell has come.
//!
//! Under the lab's kernel a bar grows in its place, and a saved notebook has its last state. Any other kernel, and a terminal,
//! get a line after each tenth of the work.

use crate::display::{self, Rich, escape};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

const WIDTH: usize = 20;

/// How long a bar stays as it is, at least.
const STEP: Duration = Duration::from_millis(100);

/// A count of things to do. Clones count together; the last state is shown when the last clone is dropped.
///
/// # Examples
///
/// ```
/// use support::progress::Progress;
///
/// let progress = Progress::new("requests", 3);
/// for _ in 0..3 {
///     progress.advance();
/// }
/// assert!(progress.line().contains("requests: 3 of 3"));
/// ```
#[derive(Debug, Clone)]
pub struct Progress {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    counted: String,
    total: usize,
    started: Instant,
    /// What the kernel knows the bar by.
    name: String,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    done: usize,
    /// When the bar was shown last.
    shown: Option<Instant>,
    /// Whether somebody waits to show what has been done since.
    waits: bool,
}

impl Progress {
    /// Begins to count to `total`.
    pub fn new(counted: impl Into<String>, total: usize) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let progress = Progress {
            shared: Arc::new(Shared {
                counted: counted.into(),
                total,
                started: Instant::now(),
                name: format!("progress-{number}"),
                state: Mutex::new(State {
                    done: 0,
                    shown: None,
                    waits: false,
                }),
            }),
        };
        if display::replaces() {
            progress.shared.show(0, "");
        }
        progress
    }

    /// One more is done. The bar grows, a few times in a second; where it cannot, a line comes after each tenth, the last one
    /// excepted.
    pub fn advance(&self) {
        let shared = &self.shared;
        let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        let before = shared.tenth(state.done);
        state.done += 1;
        let done = state.done;
        if display::replaces() {
            if state.shown.is_none_or(|shown| shown.elapsed() >= STEP) {
                state.shown = Some(Instant::now());
                shared.show(done, "");
            } else if !state.waits {
                state.waits = true;
                show_later(Arc::downgrade(shared));
            }
        } else if shared.tenth(done) > before && done < shared.total {
            print(&shared.line(done));
        }
    }

    /// How far it has come, as a line.
    pub fn line(&self) -> String {
        let shared = &self.shared;
        shared.line(
            shared
                .state
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .done,
        )
    }
}

impl Shared {
    fn tenth(&self, done: usize) -> usize {
        done * 10 / self.total.max(1)
    }

    fn line(&self, done: usize) -> String {
        let filled = (done * WIDTH / self.total.max(1)).min(WIDTH);
        let mut line = format!("{}{}", "█".repeat(filled), "·".repeat(WIDTH - filled));
        // Writing into a string does not fail.
        let _ = write!(line, "  {}", self.words(done));
        line
    }

    fn words(&self, done: usize) -> String {
        format!(
            "{}: {done} of {} in {}",
            self.counted,
            self.total,
            display::seconds(self.started.elapsed())
        )
    }

    /// Shows the bar in its place.
    fn show(&self, done: usize, end: &str) {
        let words = escape(&format!("{}{end}", self.words(done)));
        let total = self.total.max(1);
        let html = format!(
            "<label style=\"display: inline-flex; gap: 0.8em; align-items: center; font-variant-numeric: tabular-nums\">\
             <progress value=\"{}\" max=\"{total}\"></progress>{words}</label>",
            done.min(total)
        );
        Rich::new(format!("{}{end}", self.line(done)))
            .html(html)
            .show_in_place(&self.name);
    }
}

/// Shows the bar once it may change again, if it is still counted then: the last step may be the long one.
fn show_later(shared: Weak<Shared>) {
    thread::spawn(move || {
        thread::sleep(STEP);
        if let Some(shared) = shared.upgrade() {
            let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.waits = false;
            state.shown = Some(Instant::now());
            shared.show(state.done, "");
        }
    });
}

impl Drop for Shared {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let done = state.done;
        let end = if done < self.total { ", stopped" } else { "" };
        if display::replaces() {
            self.show(done, end);
        } else {
            print(&format!("{}{end}", self.line(done)));
        }
    }
}

fn print(line: &str) {
    // A kernel whose output is gone has nobody left to tell.
    let _ = writeln!(io::stdout().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_is_counted_whatever_the_total() {
        let progress = Progress::new("things", 7);
        let tenths: Vec<_> = (0..=7).map(|done| progress.shared.tenth(done)).collect();
        assert_eq!(tenths, [0, 1, 2, 4, 5, 7, 8, 10]);
        assert_eq!(Progress::new("nothing", 0).shared.tenth(0), 0);
    }

    #[test]
    fn the_bar_is_full_at_the_end_and_never_overflows() {
        let progress = Progress::new("things", 3);
        for _ in 0..5 {
            progress.advance();
        }
        assert!(progress.line().starts_with(&"█".repeat(WIDTH)));
        assert!(progress.line().contains("things: 5 of 3"));
    }
}
