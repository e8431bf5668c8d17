//! Places in sources as they are written in texts, such as that of a panic: the name that the compiler was told, line and column.

use super::drawing::name;
use crate::evcxr::compiler::{BEGIN, END};

/// A text with cells, lines and columns instead of places in sources, where `find` knows them.
pub(in super::super) fn with_cells(
    text: &str,
    find: impl Fn(&Written<'_>) -> Option<(u64, usize, usize)>,
) -> String {
    let mut rest = text;
    let mut said = String::new();
    while let Some(written) = read(rest) {
        said.push_str(written.before);
        said += &match find(&written) {
            Some((number, line, column)) => format!("{}:{line}:{column}", name(number)),
            // It is in what evcxr has made of the cell.
            None => name(written.number),
        };
        rest = written.after;
    }
    said + rest
}

/// A place in a source as it is written.
pub(in super::super) struct Written<'a> {
    pub(in super::super) number: u64,
    pub(in super::super) line: usize,
    pub(in super::super) column: usize,
    before: &'a str,
    after: &'a str,
}

/// Whether a text has places in sources.
pub(in super::super) fn has_places(text: &str) -> bool {
    text.contains(BEGIN)
}

/// Where a text ends in what may become a place in a source.
pub(in super::super) fn unfinished(text: &str) -> Option<usize> {
    let start = text.rfind(['\u{27e8}'])?;
    let begun = &text[start..];
    if begun.len() <= BEGIN.len() {
        return BEGIN.starts_with(begun).then_some(start);
    }
    let rest = begun.strip_prefix(BEGIN)?.trim_start_matches(is_digit);
    if rest.len() <= END.len() {
        return END.starts_with(rest).then_some(start);
    }
    let rest = rest.strip_prefix(END)?;
    rest.chars()
        .all(|character| character == ':' || is_digit(character))
        .then_some(start)
}

fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
}

/// The first place in a source that a text has.
pub(in super::super) fn read(text: &str) -> Option<Written<'_>> {
    let start = text.find(BEGIN)?;
    let (number, rest) = text[start + BEGIN.len()..].split_once(END)?;
    let (line, column, after) = line_and_column(rest.strip_prefix(':')?)?;
    // Of types without a name, the compiler also writes where they end.
    let end = after.strip_prefix(": ").and_then(line_and_column);
    Some(Written {
        number: number.parse().ok()?,
        line,
        column,
        before: &text[..start],
        after: end.map_or(after, |(_, _, after)| after),
    })
}

/// A line and a column, and what follows.
fn line_and_column(text: &str) -> Option<(usize, usize, &str)> {
    let (line, rest) = text.split_once(':')?;
    let end = rest
        .find(|character| !is_digit(character))
        .unwrap_or(rest.len());
    Some((line.parse().ok()?, rest[..end].parse().ok()?, &rest[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_place_is_told_from_text() {
        let place = format!("{BEGIN}12{END}:3:45");
        for (at, _) in place.char_indices().skip(1) {
            assert_eq!(unfinished(&format!("x {}", &place[..at])), Some(2), "{at}");
        }
        assert_eq!(unfinished(&format!("{place} ")), None);
        assert_eq!(unfinished("cell 12"), None);
        assert_eq!(unfinished("\u{27e8}a"), None);
    }
}
