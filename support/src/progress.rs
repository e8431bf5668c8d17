//! How far long work in a cell has come.
//!
//! The kernel passes on whole lines only, so a bar cannot grow in its place: a line comes after each tenth of the work.
//! All have the same shape. By that, whoever saves or exports a notebook knows them, and keeps the last one only.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

const WIDTH: usize = 20;

/// A count of things to do. Clones count together; the last line comes when the last clone is dropped.
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
    done: Mutex<usize>,
}

impl Progress {
    /// Begins to count to `total`.
    pub fn new(counted: impl Into<String>, total: usize) -> Self {
        Progress {
            shared: Arc::new(Shared {
                counted: counted.into(),
                total,
                started: Instant::now(),
                done: Mutex::new(0),
            }),
        }
    }

    /// One more is done. Prints a line after each tenth, the last one excepted.
    pub fn advance(&self) {
        let shared = &self.shared;
        let mut done = shared.done.lock().unwrap_or_else(PoisonError::into_inner);
        let before = shared.tenth(*done);
        *done += 1;
        if shared.tenth(*done) > before && *done < shared.total {
            print(&shared.line(*done));
        }
    }

    /// How far it has come, as a line.
    pub fn line(&self) -> String {
        let shared = &self.shared;
        shared.line(*shared.done.lock().unwrap_or_else(PoisonError::into_inner))
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
        let _ = write!(
            line,
            "  {}: {done} of {} in {}",
            self.counted,
            self.total,
            crate::display::seconds(self.started.elapsed())
        );
        line
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let done = *self.done.get_mut().unwrap_or_else(PoisonError::into_inner);
        let end = if done < self.total { ", stopped" } else { "" };
        print(&format!("{}{end}", self.line(done)));
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
