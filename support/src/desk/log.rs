//! What a desk saw, with the moments.

use std::fmt;
use std::time::Duration;

/// Something that happened at a desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// `handle` was called; nothing runs yet.
    Given(String),
    /// The future that `handle` returned was polled for the first time.
    Begun(String),
    /// A line was handled to its end.
    Finished(String),
    /// The future was dropped before.
    Dropped(String),
    /// `tick` was called.
    Tick,
}

/// The most that a log keeps: whoever goes round in a circle shall not fill the memory.
const MOST: usize = 20_000;

/// What happened at a desk, in order.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Log {
    events: Vec<(Duration, Event)>,
}

impl Log {
    pub(super) fn note(&mut self, at: Duration, event: Event) {
        if self.events.len() < MOST {
            self.events.push((at, event));
        }
    }

    /// Everything, with the moments.
    pub fn events(&self) -> &[(Duration, Event)] {
        &self.events
    }

    /// The lines whose handling has begun, in order.
    pub fn begun(&self) -> Vec<&str> {
        let begun = self.events.iter().filter_map(|(_, event)| match event {
            Event::Begun(line) => Some(line.as_str()),
            _ => None,
        });
        begun.collect()
    }

    /// The lines that were handled to their ends by then.
    pub fn finished_by(&self, moment: Duration) -> Vec<&str> {
        let finished = self.events.iter().filter_map(|(at, event)| match event {
            Event::Finished(line) if *at <= moment => Some(line.as_str()),
            _ => None,
        });
        finished.collect()
    }

    /// How often `tick` was called.
    pub fn ticks(&self) -> usize {
        self.ticks_in(Duration::ZERO, Duration::MAX)
    }

    /// How often `tick` was called between two moments.
    pub(crate) fn ticks_in(&self, from: Duration, to: Duration) -> usize {
        let ticks = self
            .events
            .iter()
            .filter(|(at, event)| *event == Event::Tick && (from..=to).contains(at));
        ticks.count()
    }

    /// How often `handle` was called.
    pub(crate) fn given(&self) -> usize {
        let given = |event: &Event| matches!(event, Event::Given(_));
        self.events.iter().filter(|(_, event)| given(event)).count()
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A row for each event; that a future was made is none.
impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for (at, event) in &self.events {
            let words = match event {
                Event::Given(_) => continue,
                Event::Begun(line) => format!("{line}: begun"),
                Event::Finished(line) => format!("{line}: done"),
                Event::Dropped(line) => format!("{line}: dropped in the middle"),
                Event::Tick => "tick".to_owned(),
            };
            write!(f, "{between}{:.2} s  {words}", at.as_secs_f64())?;
            between = "\n";
        }
        Ok(())
    }
}
