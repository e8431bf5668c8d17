//! What was compiled for the last cells: places in it, in what cells print, are put as cells and lines.
//!
//! A panic, `dbg!`, and an error that a cell returns name a line of what evcxr has compiled. The compiler was told to name the
//! source after its cell (see [`crate::evcxr::compiler`]).

use super::compiler::written::{self, Written};
use super::compiler::{Columns, Places};
use super::history::History;
use crate::evcxr::source::{kept, moved};
use std::collections::VecDeque;

/// How many sources are kept: a function may run long after its cell.
const KEPT: usize = 32;

/// What was compiled, by the numbers of cells.
#[derive(Debug, Default)]
pub(super) struct Sources(VecDeque<(u64, String)>);

/// A line and a column of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) text: String,
}

impl Sources {
    pub(super) fn has(&self, number: u64) -> bool {
        self.0.iter().any(|(known, _)| *known == number)
    }

    /// What was compiled for a cell.
    fn of(&self, number: u64) -> Option<&str> {
        let (_, source) = self.0.iter().find(|(known, _)| *known == number)?;
        Some(source)
    }

    /// The variables that a cell has moved.
    pub(super) fn moved(&self, number: u64) -> Vec<String> {
        self.of(number).map(moved).unwrap_or_default()
    }

    /// The variables that a cell has kept, with their types.
    pub(super) fn kept(&self, number: u64) -> Vec<(&str, &str)> {
        self.of(number).map(kept).unwrap_or_default()
    }

    pub(super) fn add(&mut self, number: u64, source: String) {
        self.0.retain(|(known, _)| *known != number);
        self.0.truncate(KEPT - 1);
        self.0.push_front((number, source));
    }

    /// A text with cells instead of sources.
    pub(super) fn with_cells(&self, text: &str, history: &History) -> String {
        written::with_cells(text, |written| {
            let found = self.find(written, history)?;
            Some((found.number, found.line, found.column))
        })
    }

    /// The line of a cell that a place in a source means.
    pub(super) fn line(&self, place: &str, history: &History) -> Option<Line> {
        self.find(&written::read(place)?, history)
    }

    fn find(&self, place: &Written<'_>, history: &History) -> Option<Line> {
        let (number, source) = (place.number, self.of(place.number)?);
        let code = history.code(number)?;
        let places = Places::of(source.to_owned(), number, code, history);
        let found = places.at_line(place.line, place.column, Columns::Shown)?;
        let (line, column) = found.start();
        Some(Line {
            number: found.cell.number,
            line,
            column,
            text: found.line().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evcxr::compiler::{BEGIN, END};

    #[test]
    fn a_place_in_a_source_is_a_line_of_a_cell() {
        let mut history = History::default();
        history.add(1, "fn f() {\n    panic!()\n}");
        history.add(2, "let a = 1;\nf()");
        let mut sources = Sources::default();
        sources.add(2, "fn f() {\n    panic!()\n}\nlet a = 1;\nf()\n".to_owned());
        let written = |line| format!("at {BEGIN}2{END}:{line}:5:\nno");
        let said = |line| sources.with_cells(&written(line), &history);
        assert_eq!(said(2), "at cell [1]:2:5:\nno");
        assert_eq!(said(9), "at cell [2]:\nno");
        let twice = written(2) + &written(4);
        assert_eq!(
            sources.with_cells(&twice, &history),
            "at cell [1]:2:5:\nnoat cell [2]:1:5:\nno"
        );
        let line = sources.line(&written(5), &history);
        assert_eq!(line.map(|line| line.text), Some("f()".to_owned()));
        assert_eq!(sources.with_cells("none here", &history), "none here");
    }

    #[test]
    fn the_latest_sources_are_kept() {
        let mut sources = Sources::default();
        for number in 0..100 {
            sources.add(number, String::new());
        }
        assert!(sources.has(99) && sources.has(68) && !sources.has(67));
    }
}
