//! Lanes that tests of figures draw.

use std::time::Duration;
use support::timeline::{Held, Lane, Marks, Outcome, Span};

pub(crate) fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// A lane that is polled at its start and at its end, in milliseconds.
pub(crate) fn lane(name: impl Into<String>, from: u64, to: u64, outcome: Outcome) -> Lane {
    let polls = [from, to].map(|at| Span {
        start: ms(at),
        end: ms(at) + Duration::from_micros(40),
    });
    Lane {
        name: name.into(),
        polls: polls.to_vec(),
        marks: Marks::Polls,
        in_vain: Vec::new(),
        held: Vec::new(),
        outcome,
        end: polls[1].end,
    }
}

/// The same lane, which holds a lock from a moment to another, in milliseconds.
pub(crate) fn holding(mut lane: Lane, lock: &str, from: u64, to: u64) -> Lane {
    lane.held.push(Held {
        lock: lock.to_owned(),
        span: Span {
            start: ms(from),
            end: ms(to),
        },
    });
    lane
}
