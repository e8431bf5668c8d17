//! Variables that would be kept, and borrow from others: what has to own what it has, and the same line so that it does.

use super::kept::find_let;
use super::places::{Cell, Places};
use super::told::{Level, Span, Told};
use crate::kernel::front::source::{self, Made};
use std::ops::Range;

/// What else can be done.
const OTHERWISE: &str = "put all that uses it in `{ … }`, where nothing is kept";

/// A variable that would be kept borrows from another.
pub(super) fn reword(told: &mut Told, name: &str, places: &Places) {
    let Some(owner) = told.message.split('`').nth(1).map(str::to_owned) else {
        return;
    };
    let cell = places.cell();
    told.message = format!(
        "`{name}` borrows from `{owner}`, and a variable that later cells can use has to own what it has"
    );
    told.spans.retain(|span| span.is_primary);
    for span in &mut told.spans {
        span.label = Some(format!("`{owner}` is borrowed here"));
    }
    if let Some(bytes) = find_let(&cell.code, name) {
        let kept =
            Told::new(Level::Error, "").pointing_to(cell.number, bytes, "kept for later cells");
        told.spans.extend(kept.spans.into_iter().map(|span| Span {
            is_primary: false,
            ..span
        }));
    }
    let made = source::made(&cell.code, name);
    if made.as_ref().is_some_and(|made| made.is_changed_by) {
        let words = format!("change `{owner}` itself, or {OTHERWISE}");
        told.more = vec![Told::new(Level::Help, words)];
        return;
    }
    let kind = told.kept.as_ref().map(|(_, kind)| kind.as_str());
    let kind = kind
        .filter(|kind| !kind.is_empty())
        .or_else(|| places.kind(name));
    told.more = match made.and_then(|made| owning(&made, kind, cell)) {
        Some(help) => vec![
            help,
            Told::new(Level::Help, format!("or keep an `Arc`, or {OTHERWISE}")),
        ],
        None => {
            let words = format!(
                "keep a value of its own, as `.clone()` or `.to_owned()` makes it, with a type without `&`, or an `Arc`; or {OTHERWISE}"
            );
            vec![Told::new(Level::Help, words)]
        }
    };
}

/// The line that makes a variable own what it would borrow, where that is a matter of a method. `kind` is its type, if that is known.
fn owning(made: &Made, kind: Option<&str>, cell: &Cell) -> Option<Told> {
    if !made.takes_method {
        return None;
    }
    let written = made.kind.clone().map(|bytes| &cell.code[bytes]);
    let kind = written.or(kind);
    let (owned, method) = match kind {
        Some(kind) => owned(kind)?,
        None if made.borrowed.is_some() => (None, ".to_owned()"),
        None => return None,
    };
    let help = Told::new(Level::Help, "keep a value of its own");
    let help = match (&made.kind, owned) {
        (Some(bytes), Some(owned)) => help.putting(cell.number, bytes.clone(), owned),
        (Some(_), None) => return None,
        (None, _) => help,
    };
    let help = match &made.borrowed {
        Some(borrowed) => help.putting(cell.number, made.value.start..borrowed.start, ""),
        None => help,
    };
    let end: Range<usize> = made.value.end..made.value.end;
    Some(help.putting(cell.number, end, method))
}

/// What owns what is borrowed by a type, and the method that makes it.
fn owned(kind: &str) -> Option<(Option<String>, &'static str)> {
    let without_lifetime = |kind: &str| -> Option<String> {
        let kind = kind.strip_prefix('&')?.trim_start();
        let kind = match kind.strip_prefix('\'') {
            Some(rest) => rest.split_once(' ')?.1,
            None => kind,
        };
        Some(kind.trim().to_owned())
    };
    if let Some(inside) = kind
        .strip_prefix("Option<")
        .and_then(|kind| kind.strip_suffix('>'))
    {
        let inside = without_lifetime(inside)?;
        let is_plain = !["str", "dyn ", "mut ", "["]
            .iter()
            .any(|word| inside.starts_with(word));
        return (is_plain && !inside.contains('&'))
            .then(|| (Some(format!("Option<{inside}>")), ".cloned()"));
    }
    let inside = without_lifetime(kind)?;
    if inside == "str" {
        return Some((Some("String".to_owned()), ".to_string()"));
    }
    if let Some(item) = inside
        .strip_prefix('[')
        .and_then(|slice| slice.strip_suffix(']'))
        .filter(|item| !item.contains([';', '&']))
    {
        return Some((Some(format!("Vec<{item}>")), ".to_vec()"));
    }
    let is_plain = !["dyn ", "mut ", "impl "]
        .iter()
        .any(|word| inside.starts_with(word));
    (is_plain && !inside.contains('&')).then_some((Some(inside), ".to_owned()"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cell with what is advised put in, or what is said where no line is.
    fn mended(code: &str, kind: &str) -> String {
        let cell = Cell {
            number: 3,
            code: code.to_owned(),
        };
        let places = Places::new(String::new(), vec![cell]);
        let mut told = Told::new(Level::Error, "`words` does not live long enough");
        told.kept = Some(("first".to_owned(), kind.to_owned()));
        reword(&mut told, "first", &places);
        let mut code = code.to_owned();
        if told.more[0].spans.is_empty() {
            return told.more[0].message.clone();
        }
        for span in told.more[0].spans.iter().rev() {
            let text = span.replacement.as_deref().expect("something to write");
            code.replace_range(span.at.bytes().clone(), text);
        }
        code
    }

    #[test]
    fn what_borrows_is_made_to_own() {
        let rows = [
            (
                "let first: &String = &words[0];",
                "",
                "let first: String = words[0].to_owned();",
            ),
            (
                "let first = &words[0];",
                "",
                "let first = words[0].to_owned();",
            ),
            (
                "let first: &str = &words[0];",
                "",
                "let first: String = words[0].to_string();",
            ),
            (
                "let first: &'static [u8] = &words[..2];",
                "",
                "let first: Vec<u8> = words[..2].to_vec();",
            ),
            (
                "let first = words.first().unwrap();",
                "&String",
                "let first = words.first().unwrap().to_owned();",
            ),
            (
                "let first: Option<&String> = words.first();",
                "",
                "let first: Option<String> = words.first().cloned();",
            ),
        ];
        for (code, kind, owning) in rows {
            assert_eq!(mended(code, kind), owning, "{code}");
        }
    }

    #[test]
    fn what_no_method_makes_own_is_told_in_words() {
        for (code, kind) in [
            ("let first = words.iter();", "std::slice::Iter<'_, String>"),
            ("let first = words.first();", "Option<&str>"),
            ("let first: &dyn Debug = &words;", ""),
            ("let first = &words + 1;", ""),
            ("let (first, _) = (&words, 1);", ""),
        ] {
            assert!(
                mended(code, kind).contains("a value of its own, as"),
                "{code}"
            );
        }
        assert!(mended("let first = &mut words;", "").starts_with("change `words` itself"));
    }
}
