//! Measures a piece of work and compares it with others.
//!
//! A piece of work that is still a `todo!` is part of a learner's day, so it does not end the cell: its timing says that
//! it is not written yet, and the figure leaves its bar empty. Any other panic goes on as it would have.

use crate::chart::{self, Figure};
use crate::display;
use crate::panics;
use std::fmt;
use std::future::Future;
use std::time::{Duration, Instant};

/// How long one piece of work took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    label: String,
    outcome: Result<Duration, String>,
}

impl Timing {
    /// A time that was measured elsewhere.
    pub fn new(label: impl Into<String>, elapsed: Duration) -> Self {
        Timing {
            label: label.into(),
            outcome: Ok(elapsed),
        }
    }

    /// What was measured.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The elapsed wall-clock time, or nothing where the work is not written yet.
    pub fn elapsed(&self) -> Option<Duration> {
        self.outcome.as_ref().ok().copied()
    }

    /// Shows the timing under the cell.
    pub fn evcxr_display(&self) {
        display::Rich::new(self.to_string()).show();
    }

    fn from_outcome<T>(
        label: impl Into<String>,
        started: Instant,
        outcome: Result<T, panics::Payload>,
    ) -> Self {
        let elapsed = started.elapsed();
        let outcome = match outcome {
            Ok(_) => Ok(elapsed),
            Err(payload) => match panics::not_written(&*payload) {
                Some(task) => Err(task),
                None => std::panic::resume_unwind(payload),
            },
        };
        Timing {
            label: label.into(),
            outcome,
        }
    }
}

impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outcome {
            Ok(elapsed) => write!(f, "{}: {}", self.label, display::seconds(*elapsed)),
            Err(task) => write!(f, "{}: not written yet ({task})", self.label),
        }
    }
}

/// Measures synchronous work.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use support::timing;
///
/// let nap = Duration::from_millis(5);
/// let timing = timing::measure("a nap", || std::thread::sleep(nap));
/// assert!(timing.elapsed() >= Some(nap));
/// ```
pub fn measure<T>(label: impl Into<String>, work: impl FnOnce() -> T) -> Timing {
    let started = Instant::now();
    let outcome = panics::catch(work);
    Timing::from_outcome(label, started, outcome)
}

/// Measures asynchronous work, from its first poll to its end.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use std::time::Duration;
/// use support::timing;
///
/// let nap = Duration::from_millis(5);
/// let timing = timing::measure_async("a nap", tokio::time::sleep(nap)).await;
/// assert!(timing.elapsed() >= Some(nap));
/// # });
/// ```
pub async fn measure_async<T>(label: impl Into<String>, work: impl Future<Output = T>) -> Timing {
    let started = Instant::now();
    let outcome = panics::catch_async(work).await;
    Timing::from_outcome(label, started, outcome)
}

/// Timings side by side; the first is what the others are compared with.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use support::timing::{Comparison, Timing};
///
/// let comparison = Comparison::new(
///     "Three fetches",
///     [
///         Timing::new("synchronous", Duration::from_millis(600)),
///         Timing::new("asynchronous", Duration::from_millis(200)),
///     ],
/// );
/// assert_eq!(comparison.speed_up(), Some(3.0));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Comparison {
    title: String,
    timings: Vec<Timing>,
}

/// The plain form. Where the kernel cannot show a value as it wants to be shown, it falls back on this.
impl fmt::Debug for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.figure(), f)
    }
}

impl Comparison {
    /// Puts timings side by side under a title.
    pub fn new(title: impl Into<String>, timings: impl IntoIterator<Item = Timing>) -> Self {
        Comparison {
            title: title.into(),
            timings: timings.into_iter().collect(),
        }
    }

    /// What was measured, in the order in which it was given.
    pub fn timings(&self) -> &[Timing] {
        &self.timings
    }

    /// How many times faster the last timing is than the first; nothing where either is missing or zero.
    pub fn speed_up(&self) -> Option<f64> {
        let [first, .., last] = self.timings.as_slice() else {
            return None;
        };
        let (first, last) = (first.elapsed()?, last.elapsed()?);
        (!last.is_zero()).then(|| first.div_duration_f64(last))
    }

    /// The comparison as a bar chart.
    pub fn figure(&self) -> Figure {
        let bars: Vec<chart::Bar> = self
            .timings
            .iter()
            .map(|timing| match &timing.outcome {
                Ok(elapsed) => chart::Bar::new(timing.label.as_str(), *elapsed),
                Err(_) => chart::Bar::missing(timing.label.as_str(), "not written yet"),
            })
            .collect();
        let figure = chart::bars(&self.title, &bars);
        match (self.speed_up(), self.timings.as_slice()) {
            (Some(factor), [first, .., last]) => {
                figure.with_note(&verdict(factor, &first.label, &last.label))
            }
            _ => figure,
        }
    }

    /// Shows the comparison as a bar chart under the cell.
    pub fn evcxr_display(&self) {
        self.figure().evcxr_display();
    }
}

/// The speed-up in words. Within 10 % of one there is nothing to boast of.
fn verdict(factor: f64, first: &str, last: &str) -> String {
    if factor >= 1.1 {
        format!("{last}: {factor:.1} times faster than {first}.")
    } else if factor <= 1.0 / 1.1 {
        format!("{last}: {:.1} times slower than {first}.", 1.0 / factor)
    } else {
        format!("{last} takes as long as {first}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_is_not_written_yet_leaves_its_bar_empty() {
        let timing = measure("mine", || panic!("not yet implemented: wait for STEP"));
        assert_eq!(timing.elapsed(), None);
        assert_eq!(timing.to_string(), "mine: not written yet (wait for STEP)");
        let comparison =
            Comparison::new("t", [Timing::new("sync", Duration::from_secs(1)), timing]);
        assert_eq!(comparison.speed_up(), None);
        assert!(comparison.figure().to_string().contains("not written yet"));
    }

    #[test]
    fn any_other_panic_goes_on() {
        let payload = panics::catch(|| measure("mine", || panic!("boom"))).expect_err("it goes on");
        assert_eq!(panics::message(&*payload), "boom");
    }

    #[tokio::test(start_paused = true)]
    async fn asynchronous_work_is_measured_on_the_wall_clock() {
        let timing = measure_async(
            "a paused hour",
            tokio::time::sleep(Duration::from_secs(3600)),
        )
        .await;
        assert!(timing.elapsed() < Some(Duration::from_secs(3600)));
    }

    #[test]
    fn the_speed_up_is_said_in_words() {
        assert_eq!(
            verdict(3.0, "sync", "async"),
            "async: 3.0 times faster than sync."
        );
        assert_eq!(
            verdict(0.5, "sync", "async"),
            "async: 2.0 times slower than sync."
        );
        assert_eq!(
            verdict(1.02, "sync", "async"),
            "async takes as long as sync."
        );
    }
}
