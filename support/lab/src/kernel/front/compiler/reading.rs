//! Reads what the compiler says: what is of use in a notebook, and where in a cell it is meant.

use super::macros;
use super::paths;
use super::places::{Place, Places};
use super::suggested;
use super::told::{At, Level, OfEvcxr, Span, Told};
use crate::evcxr::compiler;
use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel, DiagnosticSpan};
use std::ops::Range;

/// What the compiler says that helps nobody here: of files that it has written, options of its own, and macros' insides.
const LEFT_OUT: [&str; 6] = [
    "the full name for the type has been written to",
    "the full type name has been written to",
    "consider using `--verbose`",
    "on by default",
    "requested on the command line",
    "the lint level is defined here",
];

/// Begins what is said of a rule of a macro that nothing fits.
const RULE: &str = "while trying to match";

/// Ends what is said about macros, for who has another compiler.
const NIGHTLY: &str = " (in Nightly builds, run with -Z macro-backtrace for more info)";

/// What evcxr makes of an error that leaves a cell: whatever goes into such a box.
const ERROR: &str = "EvcxrUserCodeError";

/// What evcxr puts behind a cell, where the compiler finds it instead of what is missing.
const BEHIND: &str = "`evcxr_variable_store`";

/// What is drawn of a diagnostic, or nothing where it only counts the others.
pub(super) fn read(diagnostic: &Diagnostic, places: &Places) -> Option<Told> {
    let level = match diagnostic.level {
        DiagnosticLevel::Error | DiagnosticLevel::Ice => Level::Error,
        DiagnosticLevel::Warning => Level::Warning,
        DiagnosticLevel::Note => Level::Note,
        DiagnosticLevel::Help => Level::Help,
        _ => return None,
    };
    let code = diagnostic.code.as_ref().map(|code| code.code.clone());
    let counts = diagnostic.spans.is_empty() && code.is_none();
    if counts && level == Level::Error && diagnostic.message.starts_with("aborting due to")
        || counts && level == Level::Warning
        || LEFT_OUT
            .iter()
            .any(|words| diagnostic.message.contains(words))
    {
        return None;
    }
    let mut spans: Vec<Span> = diagnostic
        .spans
        .iter()
        .filter_map(|span| read_span(span, places))
        .collect();
    let of_evcxr = of_evcxr(diagnostic, &spans);
    let primary = || diagnostic.spans.iter().filter(|span| span.is_primary);
    let mut origin = None;
    for span in primary() {
        if let Some(call) = macros::call(span, places) {
            let is_new = !spans.contains(&call.span);
            spans.extend(is_new.then_some(call.span));
            origin = Some(call.origin);
        }
    }
    // The end of what was put around the cell is its own end.
    let at_end = |span: &DiagnosticSpan| {
        compiler::is_source(&span.file_name) && places.is_end(span.byte_start as usize)
    };
    let mut message = plain(&diagnostic.message, places);
    if diagnostic.spans.iter().any(at_end) {
        message = message.replace("found `}`", "found the end of the cell");
    }
    let more = diagnostic.children.iter();
    let mut more: Vec<Told> = more
        .filter_map(|child| read(child, places))
        .filter(is_of_use)
        .collect();
    if let (Some(origin), Level::Error | Level::Warning) = (origin, level) {
        // Behind what is said without a picture.
        let drawn = more.iter().position(|more| !more.spans.is_empty());
        let said = match level {
            Level::Error => format!("this error {origin}"),
            _ => format!("this warning {origin}"),
        };
        more.insert(drawn.unwrap_or(more.len()), Told::new(Level::Note, said));
    }
    let mut told = Told {
        level,
        code,
        message,
        of_evcxr,
        is_in_statements: diagnostic.spans.first().is_some_and(|span| {
            let source = compiler::is_source(&span.file_name);
            source && places.is_in_statements(span.byte_start as usize)
        }),
        kept: diagnostic.spans.iter().find_map(|span| {
            let source = compiler::is_source(&span.file_name);
            source.then(|| places.variable_kept_at(span.byte_start as usize))?
        }),
        spans,
        more,
    };
    paths::say_which_error(&mut told, places);
    Some(told)
}

/// Whether what is said besides helps who has the cell, and nothing else.
fn is_of_use(said: &Told) -> bool {
    let points_here = said.message.trim_end().ends_with("here");
    let has_place = said.of_evcxr != OfEvcxr::Everything;
    // A rule of a macro is no reading, unless a cell has written it.
    let is_rule = said.message.starts_with(RULE) && !said.is_in_cell();
    !is_rule && (has_place || said.level == Level::Note && !points_here)
}

/// How much of a diagnostic was left out, since it points into code of evcxr's.
fn of_evcxr(diagnostic: &Diagnostic, spans: &[Span]) -> OfEvcxr {
    let primary = diagnostic.spans.iter().any(|span| span.is_primary);
    if spans.len() == diagnostic.spans.len() {
        OfEvcxr::Nothing
    } else if spans.is_empty() {
        OfEvcxr::Everything
    } else if primary && !spans.iter().any(|span| span.is_primary) {
        OfEvcxr::TheThing
    } else {
        OfEvcxr::Something
    }
}

/// Words of the compiler's, as they are meant in a notebook.
fn plain(words: &str, places: &Places) -> String {
    let words = words
        .replace(NIGHTLY, "")
        .replace(BEHIND, "the end of the cell")
        .replace("this file contains", "this cell contains")
        .replace(ERROR, "Box<dyn std::error::Error>");
    let words = match words.split_once("use `cargo add ") {
        Some((before, rest)) => {
            let name = rest.split('`').next().unwrap_or_default();
            let name = name.replace('_', "-");
            format!("{before}declare it in a cell, by `:dep {name} = \"*\"`")
        }
        None => words,
    };
    // Of the file's name, short types have only the end.
    let file = format!("@{}", compiler::name(places.cell().number));
    let words = words.replace("@lib.rs", &file);
    paths::shortened(&places.with_cells(&words), places)
}

fn read_span(span: &DiagnosticSpan, places: &Places) -> Option<Span> {
    let at = place(span, places)?;
    let replacement = span.suggested_replacement.as_deref();
    let replacement = replacement.map(|text| match &at {
        At::Cell { number, bytes } => suggested::written(text, places.code(*number), bytes),
        At::Library { .. } => text.to_owned(),
    });
    Some(Span {
        at,
        label: span
            .label
            .as_deref()
            .filter(|label| !label.is_empty())
            .map(|label| plain(label, places)),
        is_primary: span.is_primary,
        replacement,
    })
}

/// Where a span is: in a cell, if anything leads there.
fn place(span: &DiagnosticSpan, places: &Places) -> Option<At> {
    if compiler::is_source(&span.file_name) {
        let bytes = span.byte_start as usize..span.byte_end as usize;
        let place = new_use(span, places)
            .or_else(|| places.at(bytes.clone()))
            .or_else(|| places.in_use(&bytes))
            .or_else(|| up_to_the_end_of_the_line(&bytes, places));
        if let Some(place) = place {
            return Some(At::Cell {
                number: place.cell.number,
                bytes: place.bytes,
            });
        }
    }
    match &span.expansion {
        Some(expansion) => place(&expansion.span, places),
        None if compiler::is_source(&span.file_name) => None,
        None => in_library(span),
    }
}

/// What begins in a cell and ends in what evcxr has written behind it.
fn up_to_the_end_of_the_line<'a>(bytes: &Range<usize>, places: &'a Places) -> Option<Place<'a>> {
    let start = places.at(bytes.start..bytes.start)?;
    let rest = &start.cell.code[start.bytes.start..];
    let length = rest.find('\n').unwrap_or(rest.len());
    let bytes = start.bytes.start..start.bytes.start + length;
    Some(Place { bytes, ..start })
}

/// The place for a `use` that the compiler would put at the top of the file: before the code of the cell.
fn new_use<'a>(span: &DiagnosticSpan, places: &'a Places) -> Option<Place<'a>> {
    let replacement = span.suggested_replacement.as_deref()?;
    let cell = places.cell();
    let is_command = |line: &&str| line.trim_start().starts_with(':');
    let commands = cell.code.split_inclusive('\n').take_while(is_command);
    let start = commands.map(str::len).sum::<usize>();
    let is_new = span.byte_start == span.byte_end && replacement.trim_start().starts_with("use ");
    is_new.then_some(Place {
        cell,
        bytes: start..start,
    })
}

fn in_library(span: &DiagnosticSpan) -> Option<At> {
    let first = span.text.first()?;
    let lines: Vec<&str> = span.text.iter().map(|line| line.text.as_str()).collect();
    let text = lines.join("\n");
    let start = byte_of(&first.text, first.highlight_start);
    let last = span.text.last()?;
    let end = text.len() - last.text.len() + byte_of(&last.text, last.highlight_end);
    Some(At::Library {
        path: library(&span.file_name),
        file: span.file_name.clone(),
        line: span.line_start,
        text,
        bytes: start..end.max(start),
    })
}

/// The byte of a column from 1.
fn byte_of(text: &str, column: usize) -> usize {
    text.char_indices()
        .nth(column.saturating_sub(1))
        .map_or(text.len(), |(at, _)| at)
}

/// A path from the name of the library on: where on a machine it lies is of no use.
pub(in super::super) fn library(path: &str) -> String {
    // A registry has a folder for each source.
    let in_registry = || {
        let (_, rest) = path.split_once("/registry/src/")?;
        rest.split_once('/').map(|(_, rest)| rest)
    };
    let in_std = || path.split_once("/library/").map(|(_, rest)| rest);
    in_registry().or_else(in_std).unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_named_without_the_machine() {
        let tokio =
            "/home/me/.cargo/registry/src/index.crates.io-1949/tokio-1.48.0/src/task/spawn.rs";
        assert_eq!(library(tokio), "tokio-1.48.0/src/task/spawn.rs");
        let std = "/rustc/59807616e1fa2540/library/core/src/future/future.rs";
        assert_eq!(library(std), "core/src/future/future.rs");
        assert_eq!(library("src/other.rs"), "src/other.rs");
    }
}
