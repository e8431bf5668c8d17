//! Draws what the compiler says as the compiler itself does, with the places that it has in the notebook.
//!
//! What points into a library is drawn with the lines that the compiler quotes. Jupyter's colours are the same on a light and on
//! a dark background, and none of them can be read on both. So words have the colour of the theme, and what matters is bold.

use super::super::sources::Line;
use super::places::Places;
use super::told::{At, Level as Kind, Span, Told};
use annotate_snippets::renderer::{Effects, Style};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use fs_err as fs;
use std::collections::BTreeMap;
use std::ops::Range;

/// Columns: longer lines are cut around what they are about.
const WIDTH: usize = 110;

const BOLD: Style = Style::new().effects(Effects::BOLD);

const PLAIN: Style = Style::new();

/// As text, with what matters in bold.
pub(super) fn draw(told: &[Told], places: &Places) -> String {
    render(told, places, &in_bold())
}

/// What has happened in a line of a cell, as text, with what matters in bold.
pub(super) fn draw_line(kind: Kind, words: &str, line: &Line) -> String {
    let byte = line.text.char_indices().nth(line.column - 1);
    let start = byte.map_or(line.text.len(), |(at, _)| at);
    let snippet = Snippet::source(line.text.as_str())
        .line_start(line.line)
        .path(name(line.number))
        .annotation(AnnotationKind::Primary.span(start..start));
    let title = level(kind).primary_title(words);
    in_bold().render(&[Group::with_title(title).element(snippet)])
}

fn in_bold() -> Renderer {
    Renderer::styled()
        .error(BOLD)
        .warning(BOLD)
        .note(BOLD)
        .help(BOLD)
        .emphasis(BOLD)
        .context(PLAIN)
        .line_num(PLAIN)
        .addition(BOLD)
        .removal(PLAIN)
        .term_width(WIDTH)
}

fn render(told: &[Told], places: &Places, renderer: &Renderer) -> String {
    let drawn = told.iter().map(|one| renderer.render(&groups(one, places)));
    drawn.collect::<Vec<_>>().join("\n\n")
}

/// What is drawn together: the thing itself with what is said of it without a place, and everything else that has one.
fn groups<'a>(told: &'a Told, places: &'a Places) -> Vec<Group<'a>> {
    let mut title = level(told.level).primary_title(told.message.as_str());
    if let Some(code) = told
        .code
        .as_deref()
        .filter(|code| crate::evcxr::compiler::is_code(code))
    {
        title = title.id(code);
    }
    let first = Group::with_title(title).elements(snippets(&told.spans, places));
    let mut groups = vec![first];
    for more in &told.more {
        // A suggestion that is in the words, too, needs no picture.
        if (more.spans.is_empty() || more.says_its_suggestion())
            && let Some(last) = groups.pop()
        {
            groups.push(last.element(level(more.level).message(more.message.as_str())));
            continue;
        }
        let group = Group::with_title(level(more.level).secondary_title(more.message.as_str()));
        let is_suggestion = more.spans.iter().any(|span| span.replacement.is_some());
        groups.push(match is_suggestion {
            true => group.elements(patches(&more.spans, places)),
            false => group.elements(snippets(&more.spans, places)),
        });
    }
    groups
}

fn level(level: Kind) -> Level<'static> {
    match level {
        Kind::Error => Level::ERROR,
        Kind::Warning => Level::WARNING,
        Kind::Note => Level::NOTE,
        Kind::Help => Level::HELP,
    }
}

/// The pieces of code that are pointed to, that with the thing itself first: one for each cell, and one for each file of a library.
fn snippets<'a>(spans: &'a [Span], places: &'a Places) -> Vec<Snippet<'a, Annotation<'a>>> {
    let mut spans: Vec<&Span> = spans.iter().collect();
    spans.sort_by_key(|span| !span.is_primary);
    let mut sources: Vec<&At> = Vec::new();
    for span in &spans {
        if !sources
            .iter()
            .any(|known| known.is_in_the_source_of(&span.at))
        {
            sources.push(&span.at);
        }
    }
    let drawn = sources.into_iter().map(|source| {
        let spans = spans
            .iter()
            .filter(|span| span.at.is_in_the_source_of(source));
        match source {
            At::Cell { number, .. } => spans.fold(in_cell(*number, places), |snippet, span| {
                snippet.annotation(annotation(span, span.at.bytes().clone()))
            }),
            At::Library { path, .. } => in_library(path, &spans.copied().collect::<Vec<_>>()),
        }
    });
    drawn.collect()
}

fn annotation(span: &Span, bytes: Range<usize>) -> Annotation<'_> {
    kind(span).span(bytes).label(span.label.as_deref())
}

/// Lines of a file of a library: those that the compiler quotes, and what lies between them, where the file can be read.
fn in_library<'a>(path: &'a str, spans: &[&'a Span]) -> Snippet<'a, Annotation<'a>> {
    let mut lines: BTreeMap<usize, &str> = BTreeMap::new();
    for span in spans {
        if let At::Library { line, text, .. } = &span.at {
            lines.extend((*line..).zip(text.lines()));
        }
    }
    let first = lines.keys().next().copied().unwrap_or(1);
    let last = lines.keys().next_back().copied().unwrap_or(1);
    let file = spans.iter().find_map(|span| match &span.at {
        At::Library { file, .. } => fs::read_to_string(file).ok(),
        At::Cell { .. } => None,
    });
    let file = file
        .filter(|_| lines.len() <= last - first)
        .unwrap_or_default();
    for (number, line) in (1..).zip(file.lines()).take(last).skip(first) {
        lines.entry(number).or_insert(line);
    }
    let mut source = String::new();
    let mut starts: BTreeMap<usize, usize> = BTreeMap::new();
    for line in first..=last {
        starts.insert(line, source.len());
        source.push_str(lines.get(&line).copied().unwrap_or_default());
        source.push('\n');
    }
    let annotations = spans.iter().filter_map(|span| match &span.at {
        At::Library { line, bytes, .. } => {
            let start = starts.get(line)?;
            Some(annotation(span, start + bytes.start..start + bytes.end))
        }
        At::Cell { .. } => None,
    });
    let annotations: Vec<_> = annotations.collect();
    Snippet::source(source)
        .line_start(first)
        .path(path)
        .annotations(annotations)
}

fn kind(span: &Span) -> AnnotationKind {
    match span.is_primary {
        true => AnnotationKind::Primary,
        false => AnnotationKind::Context,
    }
}

fn in_cell<T: Clone>(number: u64, places: &Places) -> Snippet<'_, T> {
    Snippet::source(places.code(number)).path(name(number))
}

/// What a cell is called: by the number that stands beside it.
pub(super) fn name(number: u64) -> String {
    format!("cell [{number}]")
}

/// Bytes of a cell, and what should stand there.
type Change<'a> = (Range<usize>, &'a str);

/// Changes that the compiler suggests. Several of the same place are alternatives, and drawn one by one.
fn patches<'a>(spans: &'a [Span], places: &'a Places) -> Vec<Snippet<'a, Patch<'a>>> {
    let mut suggestions: Vec<(u64, Vec<Change<'a>>)> = Vec::new();
    for span in spans {
        let (At::Cell { number, bytes }, Some(replacement)) = (&span.at, &span.replacement) else {
            continue;
        };
        match suggestions.last_mut() {
            Some((cell, changes))
                if cell == number && changes.iter().all(|(other, _)| other != bytes) =>
            {
                changes.push((bytes.clone(), replacement));
            }
            _ => suggestions.push((*number, vec![(bytes.clone(), replacement)])),
        }
    }
    let drawn = suggestions.into_iter().map(|(number, changes)| {
        let patches = changes
            .into_iter()
            .map(|(bytes, text)| Patch::new(bytes, text));
        in_cell(number, places).patches(patches)
    });
    drawn.collect()
}

#[cfg(test)]
#[path = "drawing_tests.rs"]
mod tests;
