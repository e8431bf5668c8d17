//! Text on its way to the notebook: soon, and in few messages.
//!
//! A message for each line is too many: JupyterLab drops what comes faster than it likes. So text waits a moment for more.

use super::compiler::written::unfinished;
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
    held: bool,
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

    /// When to take it.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// All that waits, but for the beginning of a place, which waits once more for its end.
    pub(super) fn take(&mut self) -> Vec<(Stream, String)> {
        let due = self.due.take();
        self.next = due.map(|due| due + BETWEEN).or(self.next);
        let mut taken = std::mem::take(&mut self.waiting);
        if !std::mem::take(&mut self.held)
            && let Some((stream, text)) = taken.last_mut()
            && let Some(start) = unfinished(text)
        {
            self.waiting.push((*stream, text.split_off(start)));
            self.held = true;
            self.due = due.map(|due| due + FIRST);
        }
        taken.retain(|(_, text)| !text.is_empty());
        taken
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
    fn the_beginning_of_a_place_waits_once_for_its_end() {
        let mut pace = Pace::default();
        pace.add(Stderr, "at \u{27e8}cell 1", Instant::now());
        assert_eq!(pace.take(), [(Stderr, "at ".to_owned())]);
        assert!(pace.due().is_some());
        pace.add(Stderr, "7\u{27e9}/lib.rs:1:2 ", Instant::now());
        let whole = "\u{27e8}cell 17\u{27e9}/lib.rs:1:2 ".to_owned();
        assert_eq!(pace.take(), [(Stderr, whole)]);
        pace.add(Stderr, "\u{27e8}cell", Instant::now());
        assert_eq!(pace.take(), []);
        assert_eq!(pace.take(), [(Stderr, "\u{27e8}cell".to_owned())]);
    }
}
