//! Names as a learner writes them: without the modules that everybody knows, and long types without those that say nothing.
//!
//! The compiler itself would shorten long types to fit a line, and then calls every error `Error`. So it is told that lines have
//! no end (see `evcxr::compile`), and types are shortened here.

use super::places::{Places, find_word};
use super::told::Told;

/// Names that everybody knows without their modules.
const KNOWN: [(&str, &str); 12] = [
    ("std::string::String", "String"),
    ("std::option::Option", "Option"),
    ("std::result::Result", "Result"),
    ("std::vec::Vec", "Vec"),
    ("std::boxed::Box", "Box"),
    ("std::future::Future", "Future"),
    ("std::future::IntoFuture", "IntoFuture"),
    ("std::marker::Send", "Send"),
    ("std::marker::Sync", "Sync"),
    ("std::marker::Unpin", "Unpin"),
    ("std::fmt::Debug", "Debug"),
    ("std::fmt::Display", "Display"),
];

/// So many of them are known in code without an import, too.
const PRELUDE: usize = 10;

/// A name that a library gives to the trait of errors, and the compiler takes for the shortest.
const STD_ERROR: (&str, &str) = ("StdError", "std::error::Error");

/// What is said of types, and not of names that are not found.
const OF_TYPES: [&str; 3] = ["E0271", "E0277", "E0308"];

/// Names that several modules have which cells use: without its module, such a name says nothing.
const AMBIGUOUS: [&str; 19] = [
    "Barrier",
    "Builder",
    "Child",
    "Command",
    "Error",
    "File",
    "Handle",
    "Instant",
    "Iter",
    "IntoIter",
    "JoinHandle",
    "Lines",
    "Mutex",
    "Receiver",
    "Result",
    "RwLock",
    "Sender",
    "TcpListener",
    "TcpStream",
];

/// Characters: types that are longer lose their modules.
const LONG: usize = 66;

/// Characters: types that are longer still lose what is innermost in them.
const LONGEST: usize = 100;

/// Stands for what is left out.
const LEFT_OUT: &str = "...";

/// What the compiler says, with names and types of a length that can be read.
pub(super) fn shortened(words: &str, places: &Places) -> String {
    let mut words = words.to_owned();
    for (long, short) in KNOWN {
        words = replaced(&words, long, short);
    }
    let code = &places.cell().code;
    if !code.contains(STD_ERROR.0) {
        words = replaced(&words, STD_ERROR.0, STD_ERROR.1);
    }
    words = as_imported(&words, code);
    if words.matches('`').count() % 2 == 1 {
        return words;
    }
    let pieces = words.split('`').enumerate();
    let pieces = pieces.map(|(at, piece)| match at % 2 == 1 && length(piece) > LONG {
        true => elided(&without_modules(piece)),
        false => piece.to_owned(),
    });
    pieces.collect::<Vec<_>>().join("`")
}

/// Where the compiler itself leaves nothing of a path but `Error`, and says the path nearby.
pub(super) fn say_which_error(told: &mut Told, places: &Places) {
    let is_of_types = |code: &str| OF_TYPES.contains(&code);
    if !told.code.as_deref().is_some_and(is_of_types) {
        return;
    }
    let defines = |what: &str| find_word(&places.source, what).is_some();
    let is_own = ["enum Error", "struct Error", "type Error", "trait Error"]
        .into_iter()
        .any(defines);
    let mut texts = Vec::new();
    told.each_text(&mut |text| texts.push(text.clone()));
    let mut paths: Vec<&str> = texts.iter().flat_map(|text| errors(text)).collect();
    paths.sort_unstable();
    paths.dedup();
    if let ([path], false) = (paths.as_slice(), is_own) {
        let path = (*path).to_owned();
        told.each_text(&mut |text| {
            let pieces = text.split('`').enumerate();
            let pieces = pieces.map(|(at, piece)| match at % 2 {
                1 => replaced(piece, "Error", &path),
                _ => piece.to_owned(),
            });
            *text = pieces.collect::<Vec<_>>().join("`");
        });
    }
}

/// The paths in a text that end in `::Error`.
fn errors(text: &str) -> Vec<&str> {
    let paths = text.split(|character| !is_of_name(character) && character != ':');
    paths.filter(|path| path.ends_with("::Error")).collect()
}

/// Code that the compiler suggests: its names have to be known without an import.
pub(super) fn in_code(text: &str) -> String {
    if text.trim_start().starts_with("use ") {
        return text.to_owned();
    }
    let known = KNOWN[..PRELUDE].iter();
    known.fold(text.to_owned(), |text, (long, short)| {
        replaced(&text, long, short)
    })
}

/// Replaces whole names. What has another module before it is another name.
fn replaced(text: &str, name: &str, by: &str) -> String {
    let mut rest = text;
    let mut whole = String::new();
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let begins = whole.len() + before.len() == 0
            || !before.ends_with(|last| is_of_name(last) || last == ':');
        let ends = !after.starts_with(is_of_name);
        whole.push_str(before);
        whole.push_str(if begins && ends { by } else { name });
        rest = after;
    }
    whole + rest
}

fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// Where the lab hands a crate on, cells name the crate, and so is it named to them.
fn as_imported(words: &str, code: &str) -> String {
    const THROUGH: &str = "support::";
    let mut pieces = words.split(THROUGH);
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|next| !is_of_name(next) && next != ':');
        let path = piece[..end.unwrap_or(piece.len())].trim_end_matches(':');
        let is_written = path.contains("::")
            && code.contains(path)
            && !code.contains(&format!("{THROUGH}{path}"));
        if !is_written {
            whole.push_str(THROUGH);
        }
        whole.push_str(piece);
    }
    whole
}

/// A type whose names stand alone, but for those that mean nothing alone.
fn without_modules(kind: &str) -> String {
    let is_of_path = |character: char| is_of_name(character) || character == ':';
    let mut rest = kind;
    let mut short = String::new();
    while let Some(start) = rest.find(is_of_name) {
        let length = rest[start..].find(|next| !is_of_path(next));
        let end = length.map_or(rest.len(), |length| start + length);
        short.push_str(&rest[..start]);
        short.push_str(alone(&rest[start..end], kind));
        rest = &rest[end..];
    }
    short + rest
}

/// A path from the type in it on.
fn alone<'a>(path: &'a str, kind: &str) -> &'a str {
    let mut at = 0;
    for segment in path.split("::") {
        if segment.starts_with(char::is_uppercase) {
            let (modules, name) = (&path[..at], segment);
            return match AMBIGUOUS.contains(&name) || is_elsewhere(name, modules, kind) {
                true => path,
                false => &path[at..],
            };
        }
        at += segment.len() + "::".len();
    }
    path
}

/// Whether a type has the same name from another module in it.
fn is_elsewhere(name: &str, modules: &str, kind: &str) -> bool {
    kind.match_indices(name).any(|(at, _)| {
        let before = &kind[..at];
        let path = before.rfind(|last| !is_of_name(last) && last != ':');
        let path = &before[path.map_or(0, |end| end + 1)..];
        let is_whole = !kind[at + name.len()..].starts_with(is_of_name);
        is_whole && (path.is_empty() || path.ends_with("::")) && path != modules
    })
}

/// A type without what is innermost in it, as far as it takes to be short.
fn elided(kind: &str) -> String {
    let mut kind = kind.to_owned();
    while length(&kind) > LONGEST
        && let Some(innermost) = innermost(&kind)
    {
        kind.replace_range(innermost, LEFT_OUT);
    }
    kind
}

/// What is between the brackets of types that lie deepest, of what is left.
fn innermost(kind: &str) -> Option<std::ops::Range<usize>> {
    let mut open = Vec::new();
    let mut deepest: Option<(usize, std::ops::Range<usize>)> = None;
    let mut last = ' ';
    for (at, character) in kind.char_indices() {
        match character {
            '<' => open.push(at + 1),
            '>' if last != '-' && last != '=' => {
                let depth = open.len();
                let start = open.pop()?;
                let is_deeper = deepest.as_ref().is_none_or(|(other, _)| depth > *other);
                if is_deeper && length(&kind[start..at]) > LEFT_OUT.len() {
                    deepest = Some((depth, start..at));
                }
            }
            _ => {}
        }
        last = character;
    }
    deepest.map(|(_, bytes)| bytes)
}

#[cfg(test)]
mod tests {
    use super::super::places::Cell;
    use super::super::told::Level;
    use super::*;

    fn said(words: &str, code: &str) -> String {
        let cell = Cell {
            number: 3,
            code: code.to_owned(),
        };
        shortened(words, &Places::new(String::new(), vec![cell]))
    }

    #[test]
    fn names_that_everybody_knows_have_no_modules() {
        let words = "expected `std::string::String`, found `my::std::string::String`";
        assert_eq!(
            said(words, ""),
            "expected `String`, found `my::std::string::String`"
        );
        assert_eq!(
            said("`impl std::future::FutureExt`", ""),
            "`impl std::future::FutureExt`"
        );
        let code = "-> std::option::Option<std::io::Error> where T: std::fmt::Debug";
        assert_eq!(
            in_code(code),
            "-> Option<std::io::Error> where T: std::fmt::Debug"
        );
        let import = "use std::future::Future;\n";
        assert_eq!(in_code(import), import);
    }

    #[test]
    fn an_error_keeps_its_module_however_long_the_type_is() {
        let words = "type `impl std::future::Future<Output = Result<std::collections::HashMap<u8, u8>, std::io::Error>>`";
        assert_eq!(
            said(words, ""),
            "type `impl Future<Output = Result<HashMap<u8, u8>, std::io::Error>>`"
        );
        let words = "`Box<(dyn StdError + 'static)>`";
        assert_eq!(said(words, ""), "`Box<(dyn std::error::Error + 'static)>`");
        assert_eq!(said(words, "use std::error::Error as StdError;"), words);
    }

    #[test]
    fn an_error_that_has_lost_its_module_gets_it_back() {
        let told = |source: &str, note: &str| {
            let cell = Cell {
                number: 3,
                code: String::new(),
            };
            let places = Places::new(source.to_owned(), vec![cell]);
            let note = Told::new(Level::Note, note);
            let mut told = Told::new(Level::Error, "an Error: `Result<u8, Error>`").with(note);
            told.code = Some("E0308".to_owned());
            say_which_error(&mut told, &places);
            told.message
        };
        let note = "found `Result<u8, std::io::Error>`";
        assert_eq!(told("", note), "an Error: `Result<u8, std::io::Error>`");
        // It is the cell's own, or one of two.
        for (source, note) in [
            ("enum Error { A }", note),
            ("", "`std::io::Error`, `std::fmt::Error`"),
            ("", "found `u8`"),
        ] {
            assert_eq!(told(source, note), "an Error: `Result<u8, Error>`");
        }
    }

    #[test]
    fn a_name_of_two_modules_keeps_both() {
        let words = "`HashMap<one::inner::Key, std::collections::BTreeMap<other::inner::Key, tokio::sync::Mutex<u8>>>`";
        assert_eq!(
            said(words, ""),
            "`HashMap<one::inner::Key, BTreeMap<other::inner::Key, tokio::sync::Mutex<u8>>>`"
        );
    }

    #[test]
    fn a_crate_that_the_lab_hands_on_is_named_as_the_cell_names_it() {
        let words = "`Result<String, support::reqwest::Error>`";
        let code = "fn f() -> Result<(), reqwest::Error> {}";
        assert_eq!(said(words, code), "`Result<String, reqwest::Error>`");
        assert_eq!(said(words, "fn f() {}"), words);
        let code = "fn f() -> Result<(), support::reqwest::Error> {}";
        assert_eq!(said(words, code), words);
    }

    #[test]
    fn a_type_without_end_loses_what_is_innermost() {
        let kind = format!(
            "`A<{}u8{}, std::io::Error>`",
            "Wrap<".repeat(40),
            ">".repeat(40)
        );
        let short = said(&kind, "");
        assert!(short.len() < 110, "{short}");
        assert!(short.contains("Wrap<...>"), "{short}");
        assert!(short.ends_with("std::io::Error>`"), "{short}");
        let text = "x".repeat(200);
        assert_eq!(said(&format!("`{text}`"), ""), format!("`{text}`"));
    }
}
