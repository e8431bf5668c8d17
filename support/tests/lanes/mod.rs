//! Lanes that tests of figures draw.

use std::time::Duration;
use support::timeline::{Lane, Marks, Outcome, Span};

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
        outcome,
        end: polls[1].end,
    }
}
