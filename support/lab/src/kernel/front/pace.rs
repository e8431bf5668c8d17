//! Text on its way to the notebook: soon, and in few messages.
//!
//! A message for each line is too many: JupyterLab drops what comes faster than it likes. So text waits a moment for more.

use super::output::Stream;
use std::time::{Duration, Instant};

/// How long the first text waits for more.
const FIRST: Duration = Duration::from_millis(10);

/// How long there are no messages after one: some twenty come in a second.
const BETWEEN: Duration = Duration::from_millis(50);

/// Text that waits.
#[derive(Debug, Default)]
pub(super) struct Pace {
    waiting: Vec<(Stream, String)>,
    due: Option<Instant>,
    next: Option<Instant>,
}

impl Pace {
    /// More text, which came now.
    pub(super) fn add(&mut self, stream: Stream, text: &str, now: Instant) {
        match self.waiting.last_mut() {
            Some((last, before)) if *last == stream => before.push_str(text),
            _ => self.waiting.push((stream, text.to_owned())),
        }
        let due = self.due.unwrap_or(now + FIRST);
        self.due = Some(self.next.map_or(due, |next| due.max(next)));
    }

    /// Takes back what was added last to a stream, if it ends so and nobody has it yet.
    pub(super) fn take_back(&mut self, stream: Stream, end: &str) -> bool {
        let Some((_, text)) = self.waiting.last_mut().filter(|(last, _)| *last == stream) else {
            return false;
        };
        let Some(length) = text.strip_suffix(end).map(str::len) else {
            return false;
        };
        text.truncate(length);
        if text.is_empty() {
            self.waiting.pop();
        }
        true
    }

    /// When to take it.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// All that waits.
    pub(super) fn take(&mut self) -> Vec<(Stream, String)> {
        if let Some(due) = self.due.take() {
            self.next = Some(due + BETWEEN);
        }
        std::mem::take(&mut self.waiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Stream::{Stderr, Stdout};

    #[test]
    fn text_waits_a_moment_and_what_comes_meanwhile_goes_with_it() {
        let start = Instant::now();
        let mut pace = Pace::default();
        assert_eq!(pace.due(), None);
        pace.add(Stdout, "a", start);
        pace.add(Stdout, "b\n", start + FIRST / 2);
        pace.add(Stderr, "c\n", start + FIRST / 2);
        assert_eq!(pace.due(), Some(start + FIRST));
        assert_eq!(
            pace.take(),
            [(Stdout, "ab\n".to_owned()), (Stderr, "c\n".to_owned())]
        );
        assert_eq!(pace.due(), None);
        pace.add(Stdout, "d", start + FIRST * 2);
        assert_eq!(pace.due(), Some(start + FIRST + BETWEEN));
    }

    #[test]
    fn what_is_said_in_another_way_is_taken_back() {
        let mut pace = Pace::default();
        pace.add(Stderr, "before\nno such file\n", Instant::now());
        assert!(!pace.take_back(Stdout, "no such file\n"));
        assert!(pace.take_back(Stderr, "no such file\n"));
        assert!(!pace.take_back(Stderr, "no such file\n"));
        assert_eq!(pace.take(), [(Stderr, "before\n".to_owned())]);
    }
}
