//! Where in which cell something is that stands in the source that evcxr has made.
//!
//! Evcxr puts a cell together with those before it: their functions and types first, in any order, then its own code, and the
//! statements of the cell in a function. It splits a cell into statements, writes each as it stands in the cell, what follows
//! it up to the next one included, and begins a line for each if none has begun. So the longest text that begins a line of the
//! source, ends one, and stands in the cell is a part of the cell; what is left over is evcxr's own, or another cell's.

use super::super::history::History;
use super::written;
use crate::evcxr::compiler::WITHIN;
use crate::evcxr::source::{CHECKS, PUTS, WOULD_KEEP, kept, rust};
use std::ops::Range;
use unicode_width::UnicodeWidthChar;

/// Begins the function that evcxr puts statements into.
const FUNCTION: &str = "pub extern \"C\" fn run_user_code_";

/// A part of a cell that stands in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    /// Bytes of the source.
    source: Range<usize>,
    /// The place of the cell among the known ones.
    cell: usize,
    /// Where the part begins in the code of the cell.
    begins: usize,
}

/// A cell that has been run: its number and its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Cell {
    pub(in super::super) number: u64,
    pub(in super::super) code: String,
}

/// Where something stands in a cell, in bytes of its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Place<'a> {
    pub(in super::super) cell: &'a Cell,
    pub(in super::super) bytes: Range<usize>,
}

impl Place<'_> {
    /// The line in which it begins, and its column there, both from 1.
    pub(in super::super) fn start(&self) -> (usize, usize) {
        let before = &self.cell.code[..self.bytes.start];
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        let number = before.matches('\n').count() + 1;
        (number, before[line..].chars().count() + 1)
    }

    /// The line in which it begins.
    pub(in super::super) fn line(&self) -> &str {
        let (number, _) = self.start();
        self.cell.code.lines().nth(number - 1).unwrap_or_default()
    }
}

/// How columns are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Columns {
    Characters,
    Shown,
}

/// A source, and the cells that it is made of.
#[derive(Debug, Clone)]
pub(in super::super) struct Places {
    pub(super) source: String,
    cells: Vec<Cell>,
    parts: Vec<Part>,
}

impl Places {
    /// A source, and the cells that may be in it: the one that it was made for, then the others, the latest first.
    pub(in super::super) fn new(source: String, cells: Vec<Cell>) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        // A cell that begins with documentation is sent with a space before it.
        let begins = |start: usize| {
            start + source[start..].len() - source[start..].trim_start_matches(' ').len()
        };
        let starts: Vec<usize> = line_starts(&source).map(begins).collect();
        let own = cells.first().map_or("", |cell| &cell.code);
        if let Some(first) = alone(&source, own) {
            parts = lines(&source, first, own);
        } else {
            for (cell, known) in cells.iter().enumerate() {
                find(&source, &starts, cell, &known.code, &mut parts);
            }
        }
        Places {
            source,
            cells,
            parts,
        }
    }

    /// A source whose cell is this one, and whose other cells are found in the history.
    pub(in super::super) fn of(source: String, number: u64, code: &str, history: &History) -> Self {
        let mut cells = vec![Cell {
            number,
            code: code.to_owned(),
        }];
        let earlier = history.latest().filter(|(known, _)| *known != number);
        cells.extend(earlier.map(|(number, code)| Cell {
            number,
            code: code.to_owned(),
        }));
        Places::new(source, cells)
    }

    /// The code of the cell with this number.
    pub(super) fn code(&self, number: u64) -> &str {
        let cell = self.cells.iter().find(|cell| cell.number == number);
        cell.map_or("", |cell| &cell.code)
    }

    /// Whether a byte of the source is in or behind the function that has the statements of the cell.
    pub(super) fn is_in_statements(&self, byte: usize) -> bool {
        let before = self.source.get(..byte);
        before.is_some_and(|before| before.contains(FUNCTION) || before.contains(CHECKS))
    }

    /// The variable that a line of evcxr's keeps, and its type, as far as the line says it.
    pub(super) fn variable_kept_at(&self, byte: usize) -> Option<(String, String)> {
        let start = self
            .source
            .get(..byte)?
            .rfind('\n')
            .map_or(0, |end| end + 1);
        let line = self.source[start..].lines().next()?;
        if let Some(rest) = line.strip_prefix(PUTS) {
            let (kind, rest) = rest.rsplit_once(">(stringify!(")?;
            return Some((rest.split_once(')')?.0.to_owned(), kind.to_owned()));
        }
        let name = line.strip_prefix(WOULD_KEEP)?.strip_suffix(");")?;
        Some((name.to_owned(), String::new()))
    }

    /// The type of a variable that the source keeps.
    pub(super) fn kind(&self, name: &str) -> Option<&str> {
        let found = kept(&self.source)
            .into_iter()
            .find(|(kept, _)| *kept == name);
        found.map(|(_, kind)| kind)
    }

    /// The cell that the source was made for.
    pub(super) fn cell(&self) -> &Cell {
        &self.cells[0]
    }

    /// Where these bytes of the source come from, if a cell has them all.
    pub(in super::super) fn at(&self, bytes: Range<usize>) -> Option<Place<'_>> {
        let bytes = self.without_brackets(bytes);
        if self.is_end(bytes.start) {
            return self.end();
        }
        let first = self.part(bytes.start)?;
        let start = first.begins + bytes.start - first.source.start;
        let end = if bytes.end <= first.source.end {
            start + bytes.len()
        } else {
            let last = self.part(bytes.end.checked_sub(1)?)?;
            if last.cell != first.cell {
                return None;
            }
            // Evcxr may have ended a line there.
            last.begins + bytes.end.min(last.source.end) - last.source.start
        };
        let cell = &self.cells[first.cell];
        let end = end.min(cell.code.len());
        // What is in order in the source may not be in the cell: its functions come first.
        (start <= end).then_some(Place {
            cell,
            bytes: start..end,
        })
    }

    /// Where a line and a column of the source, both from 1, come from. A program that runs counts columns as they look on a
    /// terminal, with four for a tab.
    pub(in super::super) fn at_line(
        &self,
        line: usize,
        column: usize,
        columns: Columns,
    ) -> Option<Place<'_>> {
        let start = line_starts(&self.source).nth(line.checked_sub(1)?)?;
        let text = self.source[start..].lines().next()?;
        let mut before = 1;
        let within = text.char_indices().find(|(_, character)| {
            let is_there = before >= column;
            before += match (columns, character) {
                (Columns::Characters, _) => 1,
                (Columns::Shown, '\t') => 4,
                (Columns::Shown, other) => other.width().unwrap_or(0),
            };
            is_there
        });
        let within = start + within.map_or(text.len(), |(at, _)| at);
        self.at(within..within)
    }

    /// The bytes without the brackets that evcxr puts around the last expression of a cell, on lines of their own.
    fn without_brackets(&self, bytes: Range<usize>) -> Range<usize> {
        let begins = |at: usize, what: &str| {
            self.source
                .get(at..)
                .is_some_and(|rest| rest.starts_with(what))
        };
        let start = match begins(bytes.start, "(\n") {
            true => bytes.start + 2,
            false => bytes.start,
        };
        let end = match self
            .source
            .get(..bytes.end)
            .is_some_and(|before| before.ends_with("\n)"))
        {
            true => bytes.end - 2,
            false => bytes.end,
        };
        start..end.max(start)
    }

    /// Whether nothing of the cell is behind a byte of the source, which has no code of evcxr's: at most the end of the function around it.
    pub(super) fn is_end(&self, byte: usize) -> bool {
        let rest = self.source.get(byte..).map(str::trim);
        let closed = |rest: &str| rest == "}" && self.source.starts_with(WITHIN);
        !self.source.contains(FUNCTION) && rest.is_some_and(|rest| rest.is_empty() || closed(rest))
    }

    /// The end of the cell.
    fn end(&self) -> Option<Place<'_>> {
        let cell = self.cells.first()?;
        let end = cell.code.trim_end().len();
        Some(Place {
            cell,
            bytes: end..end,
        })
    }

    /// A text with cells instead of the source.
    pub(super) fn with_cells(&self, text: &str) -> String {
        written::with_cells(text, |written| {
            let place = self.at_line(written.line, written.column, Columns::Characters)?;
            let (line, column) = place.start();
            Some((place.cell.number, line, column))
        })
    }

    /// Where a word of a `use` stands in the cell: such lines are not written as they stand there.
    pub(super) fn in_use(&self, bytes: &Range<usize>) -> Option<Place<'_>> {
        let start = self.source[..bytes.start]
            .rfind('\n')
            .map_or(0, |end| end + 1);
        let line = self.source[start..].lines().next()?;
        let path = self.source.get(bytes.clone())?;
        let word = path.rsplit("::").next()?;
        if !line.trim_start().starts_with("use ") || word.is_empty() {
            return None;
        }
        self.cells.iter().find_map(|cell| {
            let mut uses = cell.code.match_indices("use ").map(|(at, _)| at);
            uses.find_map(|at| {
                let length = cell.code[at..].find(';')?;
                let within = at + find_word(&cell.code[at..at + length], word)?;
                Some(Place {
                    cell,
                    bytes: within..within + word.len(),
                })
            })
        })
    }

    fn part(&self, byte: usize) -> Option<&Part> {
        let holds = |part: &&Part| part.source.contains(&byte);
        // Just behind the last byte of a part is still at it, if nothing else begins there.
        let ends = |part: &&Part| part.source.end == byte;
        self.parts
            .iter()
            .find(holds)
            .or_else(|| self.parts.iter().find(ends))
    }
}

/// Where a cell begins in a source that is this cell and no other.
fn alone(source: &str, code: &str) -> Option<usize> {
    let first = source.find('\n').map_or(source.len(), |end| end + 1);
    match source.starts_with(WITHIN) {
        true => Some(first),
        false => (!code.is_empty() && source == rust(code)).then_some(0),
    }
}

/// The parts of a cell that stands in a source line for line.
fn lines(source: &str, first: usize, code: &str) -> Vec<Part> {
    let (mut at, mut begins) = (first, 0);
    let mut parts = Vec::new();
    for (line, own) in source[first..]
        .split_inclusive('\n')
        .zip(code.split_inclusive('\n'))
    {
        // Lines for evcxr are left empty.
        if line.trim_end_matches('\n') == own.trim_end_matches(['\r', '\n']) {
            parts.push(Part {
                source: at..at + line.len(),
                cell: 0,
                begins,
            });
        }
        at += line.len();
        begins += own.len();
    }
    parts
}

/// Finds a whole word.
pub(super) fn find_word(text: &str, word: &str) -> Option<usize> {
    let is_of_word = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(word).map(|(at, _)| at).find(|at| {
        !text[..*at].ends_with(is_of_word) && !text[at + word.len()..].starts_with(is_of_word)
    })
}

fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    let after = text.match_indices('\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(after)
}

/// Finds the parts of a cell, where no other part has been found. Of an earlier cell there are only functions and types, which
/// mostly begin a line.
fn find(source: &str, starts: &[usize], cell: usize, code: &str, parts: &mut Vec<Part>) {
    let mut at = 0;
    while let Some(begins) = next_word(code, at) {
        let rest = &code[begins..];
        let first = rest.as_bytes()[0];
        let starts = starts
            .iter()
            .filter(|start| source.as_bytes().get(**start) == Some(&first));
        let lengths = starts.filter_map(|start| {
            let length = common(&source[*start..], rest);
            let taken = *start..start + length;
            let free =
                |part: &Part| part.source.end <= taken.start || taken.end <= part.source.start;
            (length > 0 && parts.iter().all(free)).then_some((length, *start))
        });
        // Of two that are alike, the later one: what was defined again is behind what it was before.
        let Some((length, start)) = lengths.max() else {
            at = behind_word(code, begins);
            continue;
        };
        parts.push(Part {
            source: start..start + length,
            cell,
            begins,
        });
        at = begins + length;
    }
}

/// The length of what both begin with, up to the end of a line of the source, if there is more in it than brackets.
fn common(source: &str, code: &str) -> usize {
    let pairs = source.bytes().zip(code.bytes());
    let same = pairs.take_while(|(one, other)| one == other).count();
    let ends_line = |at: usize| source.as_bytes().get(at).is_none_or(|byte| *byte == b'\n');
    let length = if ends_line(same) {
        same
    } else {
        source.as_bytes()[..same]
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1)
    };
    let means = |text: &[u8]| text.iter().any(u8::is_ascii_alphanumeric);
    if means(&source.as_bytes()[..length]) {
        length
    } else {
        0
    }
}

/// Where the next text begins that is not space.
fn next_word(text: &str, from: usize) -> Option<usize> {
    text[from..]
        .find(|character: char| !character.is_whitespace())
        .map(|offset| from + offset)
}

/// Where the space behind this word begins.
fn behind_word(text: &str, from: usize) -> usize {
    text[from..]
        .find(char::is_whitespace)
        .map_or(text.len(), |offset| from + offset)
}

#[cfg(test)]
#[path = "places_tests.rs"]
mod tests;
