//! What a database saw, in the order in which it happened.

use crate::display::Rich;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// One thing that happened to a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventKind {
    /// Somebody asked for a connection.
    Connecting,
    /// It is open.
    Connected,
    /// A query was sent; queries are numbered from 1.
    Sent(usize, String),
    /// A query came back, with so many rows.
    Answered(usize, usize),
    /// A query was refused, in the database's words.
    Refused(usize, String),
    /// Whoever waited for a query stopped waiting.
    Abandoned(usize),
    /// Closing has begun.
    Closing,
    /// It is closed.
    Closed,
    /// It was closed already, and somebody asked again.
    ClosedAgain,
    /// The future of `close` was dropped before it had ended: never awaited, or cancelled.
    CloseDropped,
    /// The connection itself was dropped while it was open.
    LeftOpen,
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EventKind::Connecting => f.write_str("Connecting to database..."),
            EventKind::Connected => f.write_str("Connection established"),
            EventKind::Sent(number, sql) => write!(f, "Query {number} executing: {sql}"),
            EventKind::Answered(number, rows) => write!(f, "Query {number} complete, rows: {rows}"),
            EventKind::Refused(number, words) => write!(f, "Query {number} refused: {words}"),
            EventKind::Abandoned(number) => {
                write!(f, "Query {number}: nobody waits for it any more")
            }
            EventKind::Closing => f.write_str("Closing connection..."),
            EventKind::Closed => f.write_str("Connection closed"),
            EventKind::ClosedAgain => f.write_str("Closed again, although it was closed"),
            EventKind::CloseDropped => {
                f.write_str("close() was called, and not awaited to its end")
            }
            EventKind::LeftOpen => {
                f.write_str("Dropped while open: the server keeps it until it notices")
            }
        }
    }
}

/// One entry of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When, from the first entry of the log.
    pub at: Duration,
    /// Which connection, from 1; a pool counts as one.
    pub connection: usize,
    /// What happened.
    pub kind: EventKind,
}

/// What a database saw.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Log {
    events: Vec<Event>,
}

impl Log {
    /// Every entry, in order.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// What happened after an earlier state of the same log.
    pub(crate) fn since(&self, earlier: &Log) -> Log {
        Log {
            events: self.events[earlier.events.len().min(self.events.len())..].to_vec(),
        }
    }

    /// How often something of this kind happened.
    pub fn count(&self, which: impl Fn(&EventKind) -> bool) -> usize {
        self.events
            .iter()
            .filter(|event| which(&event.kind))
            .count()
    }

    /// Connections that were opened and are not closed yet; those that were dropped open are among them.
    pub fn open_connections(&self) -> usize {
        let closed = self.count(|kind| *kind == EventKind::Closed);
        self.count(|kind| *kind == EventKind::Connected)
            .saturating_sub(closed)
    }

    /// The most queries that were under way at the same time.
    pub fn most_queries(&self) -> usize {
        let (mut now, mut most) = (0_usize, 0);
        for event in &self.events {
            match event.kind {
                EventKind::Sent(..) => now += 1,
                EventKind::Answered(..) | EventKind::Refused(..) | EventKind::Abandoned(_) => {
                    now = now.saturating_sub(1);
                }
                _ => {}
            }
            most = most.max(now);
        }
        most
    }

    /// Shows the log under the cell.
    pub fn evcxr_display(&self) {
        Rich::new(self.to_string()).show();
    }
}

/// A line an entry.
impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.events.is_empty() {
            return f.write_str("Nothing has happened yet.");
        }
        for (index, event) in self.events.iter().enumerate() {
            let end = if index + 1 < self.events.len() {
                "\n"
            } else {
                ""
            };
            write!(
                f,
                "{:6.2} s  connection {}: {}{end}",
                event.at.as_secs_f64(),
                event.connection,
                event.kind
            )?;
        }
        Ok(())
    }
}

/// Writes the log.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    origin: Option<Instant>,
    connections: usize,
    queries: usize,
    log: Log,
}

impl Recorder {
    /// A std mutex: it is held for a few instructions and never across an await.
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn note(&self, connection: usize, kind: EventKind) {
        let mut state = self.state();
        let now = Instant::now();
        let at = now.saturating_duration_since(*state.origin.get_or_insert(now));
        state.log.events.push(Event {
            at,
            connection,
            kind,
        });
    }

    pub(super) fn next_connection(&self) -> usize {
        let mut state = self.state();
        state.connections += 1;
        state.connections
    }

    pub(super) fn next_query(&self) -> usize {
        let mut state = self.state();
        state.queries += 1;
        state.queries
    }

    pub(super) fn log(&self) -> Log {
        self.state().log.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_overlap_where_one_is_sent_before_another_has_come_back() {
        let events = [
            EventKind::Sent(1, String::new()),
            EventKind::Sent(2, String::new()),
            EventKind::Answered(1, 0),
            EventKind::Sent(3, String::new()),
            EventKind::Abandoned(2),
            EventKind::Refused(3, String::new()),
        ];
        let recorder = Recorder::default();
        for kind in events {
            recorder.note(1, kind);
        }
        assert_eq!(recorder.log().most_queries(), 2);
    }
}
