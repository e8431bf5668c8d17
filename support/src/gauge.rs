//! Follows a count while tasks work, such as the length of a queue or the number of requests in flight.

use crate::chart::{self, Figure, Steps};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// A count and how it changed. Clones follow the same count, so that each task may hold one.
///
/// The time is Tokio's, and begins where the gauge is made.
///
/// # Examples
///
/// ```
/// use support::Gauge;
///
/// let queue = Gauge::new("waiting");
/// queue.set(2);
/// queue.add(-1);
/// assert_eq!((queue.most(), queue.now()), (2, 1));
/// ```
#[derive(Debug, Clone)]
pub struct Gauge {
    name: String,
    started: Instant,
    changes: Arc<Mutex<Vec<(Duration, usize)>>>,
}

impl Gauge {
    /// A count that begins at zero, now.
    pub fn new(name: impl Into<String>) -> Self {
        Gauge {
            name: name.into(),
            started: Instant::now(),
            changes: Arc::new(Mutex::new(vec![(Duration::ZERO, 0)])),
        }
    }

    /// The count is `count` from now on.
    pub fn set(&self, count: usize) {
        self.change(|_| count);
    }

    /// The count is larger by `change` from now on, or smaller, but not below zero.
    pub fn add(&self, change: isize) {
        self.change(|count| count.saturating_add_signed(change));
    }

    /// The count as it is.
    pub fn now(&self) -> usize {
        self.changes().last().map_or(0, |(_, count)| *count)
    }

    /// The largest count so far.
    pub fn most(&self) -> usize {
        let counts = self.changes();
        counts.iter().map(|(_, count)| *count).max().unwrap_or(0)
    }

    /// The count over time, up to now; `counted` says what is counted.
    pub fn figure(&self, title: &str, counted: &str) -> Figure {
        figure(title, counted, &[self])
    }

    fn change(&self, new: impl FnOnce(usize) -> usize) {
        let mut changes = self.changes();
        let count = new(changes.last().map_or(0, |(_, count)| *count));
        changes.push((self.started.elapsed(), count));
    }

    fn changes(&self) -> std::sync::MutexGuard<'_, Vec<(Duration, usize)>> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn steps(&self) -> Steps {
        let mut changes = self.changes().clone();
        changes.push((self.started.elapsed(), self.now()));
        Steps::new(&self.name, changes)
    }
}

/// Several counts in one figure; they should have begun at the same moment.
pub fn figure(title: &str, counted: &str, gauges: &[&Gauge]) -> Figure {
    let lines: Vec<_> = gauges.iter().map(|gauge| gauge.steps()).collect();
    chart::steps(title, counted, &lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_count_is_drawn_up_to_now() {
        let gauge = Gauge::new("in flight");
        gauge.add(3);
        tokio::time::sleep(Duration::from_secs(2)).await;
        gauge.add(-9);
        tokio::time::sleep(Duration::from_secs(2)).await;
        let figure = gauge.figure("Requests", "requests");
        assert_eq!(
            figure.description(),
            "At most 3 requests at the same time. The number of requests over 4.00 s, at its end in flight 0."
        );
        assert!(figure.to_string().contains("33333333330000"), "{figure}");
    }
}
