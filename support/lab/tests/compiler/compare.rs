//! What is wrong with the marks of a cell, and with what a notebook says of it.
//!
//! A notebook has to say all that cargo prints, but not in the same picture: compared are words, with blanks, bars and
//! colours left out. Where each error is drawn is read from the line with the arrow below its title.

use super::cargo::{Diagnostic, Part};
use super::corpus::{Cell, Error, Mark};
use std::collections::BTreeSet;

/// Names of what is written around a cell.
const GENERATED: [&str; 4] = ["evcxr_", "run_user_code", "lib.rs", "EvcxrUserCodeError"];

/// What a notebook may leave out or say otherwise: words of such a message, and why.
pub(crate) const EXCEPTIONS: [(&str, &str); 1] = [(
    "`cargo add",
    "a notebook has no `Cargo.toml`; there, `:dep` adds a crate",
)];

/// What the compiler calls the trait of errors, since a library hands it on under this name: a notebook calls it as everybody does.
const STD_ERROR: &str = "StdError";

/// What cargo writes of a long type for what is innermost.
const LEFT_OUT: &str = "<...>";

/// What a kernel answered to a cell.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    /// The number of the cell, as it stands beside it.
    pub(crate) number: u64,
    /// All of its errors, values and tracebacks.
    pub(crate) text: String,
}

/// How the marks of a cell differ from what rustc says.
pub(crate) fn wrong_marks(cell: &Cell, said: &[Diagnostic]) -> Vec<String> {
    let marks = cell.marks_of_programs();
    let unmarked = said
        .iter()
        .filter(|said| !marks.iter().any(|mark| is_at(said, mark)));
    let unmarked = unmarked.map(|said| {
        let title = title(&said.error);
        format!(
            "no mark for {title}: {}, at {:?}",
            said.message, said.places
        )
    });
    let missed = marks
        .iter()
        .filter(|mark| !said.iter().any(|said| is_at(said, mark)));
    let missed =
        missed.map(|(line, error)| format!("line {line}: rustc has no {} there", title(error)));
    unmarked.chain(missed).collect()
}

/// What is wrong with an answer.
pub(crate) fn complaints(cell: &Cell, said: &[Diagnostic], answer: &Answer) -> Vec<String> {
    let text = without_colours(&answer.text);
    let drawn = drawn(&text, answer.number);
    // What a notebook says in words of its own.
    let own: BTreeSet<_> = cell
        .marks
        .iter()
        .filter(|(_, error)| *error == Error::Notebook)
        .map(|(line, _)| *line)
        .collect();
    let is_own = |said: &&Diagnostic| places(said).iter().any(|(line, _)| own.contains(line));
    let marks = cell.marks.iter();
    let marks = marks.filter(|(line, error)| *error == Error::Notebook || !own.contains(line));
    let undrawn = marks.filter_map(|mark| {
        let (places, is_there) = match &mark.1 {
            Error::Notebook => (
                mark.0.to_string(),
                drawn.iter().any(|drawn| drawn.place.0 == mark.0),
            ),
            error => {
                let places: BTreeSet<_> = said
                    .iter()
                    .filter(|said| is_at(said, mark))
                    .flat_map(places)
                    .collect();
                // The end of a file is in another column for whoever ends it in another way.
                let brackets = said.iter().any(is_about_brackets);
                let is_there = |drawn: &Drawn| {
                    let line = || places.iter().any(|place| place.0 == drawn.place.0);
                    drawn.error == *error && (places.contains(&drawn.place) || brackets && line())
                };
                let shown = places
                    .iter()
                    .map(|(line, column)| format!("{line}:{column}"));
                (
                    shown.collect::<Vec<_>>().join(" or "),
                    drawn.iter().any(is_there),
                )
            }
        };
        let number = answer.number;
        (!is_there).then(|| format!("no {} at `--> cell [{number}]:{places}`", title(&mark.1)))
    });
    let unknown = drawn.iter().filter(|drawn| {
        let line = drawn.place.0;
        let known = (line, drawn.error.clone());
        !cell.marks.contains(&(line, Error::Notebook))
            && !said.iter().any(|said| is_at(said, &known))
    });
    let unknown = unknown.map(|drawn| {
        format!(
            "cargo has no {} on line {}",
            title(&drawn.error),
            drawn.place.0
        )
    });
    let words = words(&text);
    let asked: BTreeSet<_> = said
        .iter()
        .filter(|said| !is_own(said))
        .flat_map(asked)
        .collect();
    let missing = asked.into_iter().filter(|(_, part)| !says(&words, part));
    let missing = missing.map(|(what, part)| format!("no {what}: {part}"));
    let shown = GENERATED.iter().filter_map(|name| {
        let line = text.lines().find(|line| line.contains(name))?;
        Some(format!("`{name}` shows: {}", line.trim()))
    });
    undrawn.chain(unknown).chain(missing).chain(shown).collect()
}

/// Whether a mark means this. Where a bracket is missing, the compiler notices it at one of several lines, and at which depends
/// on what stands around the cell.
fn is_at(said: &Diagnostic, (line, error): &Mark) -> bool {
    said.error == *error && places(said).iter().any(|place| place.0 == *line)
}

fn is_about_brackets(said: &Diagnostic) -> bool {
    said.message.contains("delimiter")
}

/// The lines and columns where an error may be drawn.
fn places(said: &Diagnostic) -> Vec<(usize, usize)> {
    let count = if is_about_brackets(said) {
        said.places.len()
    } else {
        1
    };
    said.places.iter().copied().take(count).collect()
}

/// What a notebook has to say, and what kind of thing it is: the words that cargo prints, but for the exceptions.
fn asked(said: &Diagnostic) -> Vec<(String, String)> {
    // Of brackets, what stands around the cell is told, too.
    if is_about_brackets(said) {
        return Vec::new();
    }
    let printed = words(&said.rendered);
    let title = ("title".to_owned(), said.message.clone());
    let parts = said
        .parts
        .iter()
        .filter(|part| is_asked(part))
        .flat_map(|part| {
            let message = (part.level.clone(), part.message.clone());
            let lines = part.proposals.iter().flat_map(|proposal| proposal.lines());
            let lines =
                lines.map(|line| (format!("{} with the code", part.level), line.to_owned()));
            [message].into_iter().chain(lines)
        });
    let parts = [title]
        .into_iter()
        .chain(parts)
        .map(|(what, part)| (what, words(&part)));
    parts
        .filter(|(_, part)| !part.is_empty() && printed.contains(part))
        .collect()
}

/// Whether words have a part in them.
fn says(words: &str, part: &str) -> bool {
    match part.contains(LEFT_OUT) {
        true => words
            .char_indices()
            .any(|(at, _)| begins(&words[at..], part)),
        false => words.contains(part),
    }
}

/// Whether words begin with a part. What cargo leaves out of a long type, a notebook may say, up to the quote that ends the type.
fn begins(words: &str, part: &str) -> bool {
    let Some((before, after)) = part.split_once(LEFT_OUT) else {
        return words.starts_with(part);
    };
    let rest = words.strip_prefix(before);
    let Some(rest) = rest.filter(|rest| rest.starts_with('<')) else {
        return false;
    };
    let ends = rest.match_indices('>').map(|(end, _)| end);
    ends.take_while(|end| !rest[..*end].contains('`'))
        .any(|end| begins(&rest[end + 1..], after))
}

/// A note that shows a file of a library leads out of the notebook, to where a learner has no source.
fn is_asked(part: &Part) -> bool {
    !part.elsewhere
        && !EXCEPTIONS
            .iter()
            .any(|(words, _)| part.message.contains(words))
}

/// An error as it is drawn.
#[derive(Debug)]
struct Drawn {
    error: Error,
    /// Line and column.
    place: (usize, usize),
}

/// The titles, each with the place that the next arrow points to.
fn drawn(text: &str, number: u64) -> Vec<Drawn> {
    let mut found = Vec::new();
    let mut title = None;
    let start = format!("--> cell [{number}]:");
    for line in text.lines() {
        if let Some(rest) = line.trim_start().strip_prefix("error") {
            title = error(rest);
        } else if line.contains("--> ")
            && let Some(error) = title.take()
            && let Some((_, place)) = line.split_once(&start)
            && let Some((line, column)) = place.trim_end().split_once(':')
            && let (Ok(line), Ok(column)) = (line.parse(), column.parse())
        {
            found.push(Drawn {
                error,
                place: (line, column),
            });
        }
    }
    found
}

/// Of the rest of a title, such as `[E0277]: …`.
fn error(rest: &str) -> Option<Error> {
    match rest.strip_prefix('[') {
        Some(rest) => Some(Error::of(Some(rest.split_once("]:")?.0))),
        None => rest.starts_with(':').then_some(Error::Plain),
    }
}

/// As a title begins.
fn title(error: &Error) -> String {
    match error {
        Error::Code(code) => format!("`error[{code}]`"),
        Error::Plain | Error::Notebook => "`error`".to_owned(),
    }
}

/// Without what colours it on a terminal.
pub(crate) fn without_colours(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|letter: char| letter.is_ascii_alphabetic());
        plain.push_str(end.map_or("", |end| &piece[end + 1..]));
    }
    plain
}

/// The words of a text in one line. The place after the `@` of a type without a name is left out, as each side has its own, and
/// so are the modules of types: a narrower line leaves them out sooner.
fn words(text: &str) -> String {
    without_modules(&placeless(text)).replace(STD_ERROR, "Error")
}

fn without_modules(text: &str) -> String {
    let is_of_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut short = String::new();
    for piece in text.split_inclusive("::") {
        let Some(piece) = piece.strip_suffix("::") else {
            short.push_str(piece);
            continue;
        };
        let name = piece.rfind(|letter| !is_of_name(letter));
        let name = name.map_or(0, |at| {
            at + piece[at..].chars().next().map_or(0, char::len_utf8)
        });
        short.push_str(&piece[..name]);
        if piece[name..].is_empty() {
            short.push_str("::");
        }
    }
    short
}

fn placeless(text: &str) -> String {
    let lines = text.lines().map(|line| {
        line.trim_start_matches(|letter: char| letter == '|' || letter.is_whitespace())
    });
    let words: Vec<_> = lines.flat_map(str::split_whitespace).collect();
    let words = words.join(" ");
    let mut pieces = words.split('@');
    let mut placeless = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        placeless.push('@');
        let end = piece
            .find('}')
            .filter(|_| placeless.rfind('{') > placeless.rfind('}'));
        placeless.push_str(&piece[end.unwrap_or(0)..]);
    }
    placeless
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_what_is_left_of_a_picture() {
        assert_eq!(words("  |  one\n  |    two  |\n"), "one two |");
        assert_eq!(
            words("`{async block@src/lib.rs:7:1: 7:5}` and a@b"),
            "`{async block@}` and a@b"
        );
        assert_eq!(
            words("`Vec::<std::io::Error>::new` and <a::B>::c::d"),
            "`<Error>::new` and <B>::d"
        );
        assert_eq!(words("`Box<dyn StdError>`"), "`Box<dyn Error>`");
        assert_eq!(without_colours("\u{1b}[1;31merror\u{1b}[0m: x"), "error: x");
    }

    #[test]
    fn what_cargo_leaves_out_of_a_type_may_be_said() {
        let part = "expected `Pin<Box<...>>`, found future";
        assert!(says(
            "1 expected `Pin<Box<dyn Future<Output = u32>>>`, found future",
            part
        ));
        assert!(says(part, part));
        assert!(!says("expected `Pin<Box<u8>>`, found `u8`", part));
        assert!(!says(
            "expected `Pin<u8>`, found `Box<u8>>`, found future",
            part
        ));
    }

    #[test]
    fn a_title_has_the_place_of_the_next_arrow() {
        let text = "error[E0277]: a\n --> cell [7]:3:5\nnote: b\n --> cell [7]:1:1\nerror: c\n --> cell [6]:2:2\n";
        let found = drawn(text, 7);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].place, (3, 5));
        assert_eq!(found[0].error, Error::Code("E0277".to_owned()));
    }
}
