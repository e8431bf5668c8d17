//! What evcxr is asked in place of what a notebook asks.
//!
//! Rust-analyzer wants code in which brackets close, and knows what a macro is given only where the macro takes it. So brackets
//! are closed, and what a macro is given stands there as an expression of its own.
//!
//! Where it knows the type of the value that is wanted, it searches for expressions of that type, and panics over many of them: types
//! of two functions are compared ("failed to unify type owners"), which is mended in later releases. A panic spoils evcxr
//! (see [`super::super::spoilt`]). So a name of a value is asked for in a statement of its own, where no type is wanted.

use super::super::source::{documented, is_value};
use super::scan::{Kind, Token};
use super::spot::{Group, Place, Spot, closing};
use serde_json::{Value, json};
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// What begins a statement of its own in the place of a value: what is before the cursor belongs to no other, even where nothing
/// is written yet.
const ALONE: &str = "{();";
/// Words before a name and a brace which begin no value.
const DEFINING: [&str; 10] = [
    "enum", "for", "if", "impl", "in", "match", "struct", "trait", "union", "while",
];

/// Code for evcxr, and the cursor in it, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) code: String,
    pub(super) cursor: usize,
}

impl Question {
    /// The content of a request. Evcxr counts what a reader takes for one letter, where Jupyter counts code points.
    pub(super) fn content(&self) -> Value {
        let cursor = self.code[..self.cursor].graphemes(true).count();
        json!({ "code": self.code, "cursor_pos": cursor, "detail_level": 0 })
    }
}

/// Asks which names fit at the cursor, of which what is before it is written; nothing where no name can stand.
pub(super) fn names(spot: &Spot) -> Option<Question> {
    let is_command = matches!(spot.place(), Place::Command(_));
    let code = |token: &Token| {
        token.start < spot.at && !matches!(token.kind, Kind::Command | Kind::Comment { .. })
    };
    if is_command {
        // Evcxr knows its own commands.
        Some(Question {
            code: spot.code.to_owned(),
            cursor: spot.at,
        })
    } else if spot.tokens.iter().any(code) {
        written(spot, None)
    } else {
        // Where no code has begun, evcxr has no place for the cursor.
        let (before, after) = spot.code.split_at(spot.at);
        let after = &after[spot.word().end - spot.at..];
        Some(Question {
            code: format!("{before}{ALONE};}}{after}"),
            cursor: before.len() + ALONE.len(),
        })
    }
}

/// Asks the same as if the path before the cursor stood in a `use`, where rust-analyzer names nothing that is private; nothing
/// where the path is none of modules.
pub(super) fn names_in_use(spot: &Spot) -> Option<Question> {
    let last = spot.qualifier(spot.word().start)?;
    let start = spot.tokens[spot.path(last)].start;
    let is_module = spot.text(last).starts_with(char::is_lowercase);
    let asks = is_module && spot.colons(start).is_none() && !spot.is_in_use(spot.at);
    asks.then(|| written(spot, Some(start))).flatten()
}

/// Asks the same of a value whose type's fields are written, where rust-analyzer names none that is private; nothing where the cursor
/// is at no field.
pub(super) fn fields_in_use(spot: &Spot) -> Option<Question> {
    let group = spot.groups.last()?;
    let last = group.open.checked_sub(1)?;
    let word = spot.word();
    let before = spot.text(spot.before(word.start)?);
    let is_type = spot.text(last).starts_with(char::is_uppercase);
    if spot.text(group.open) != "{" || !is_type || !["{", ","].contains(&before) {
        return None;
    }
    let first = spot.path(last);
    let start = spot.tokens[first].start;
    // Elsewhere the brackets are those of a definition, or of a block.
    let defines = |name: usize| DEFINING.contains(&spot.text(name));
    if spot.before(start).is_some_and(defines) {
        return None;
    }
    let path = &spot.code[start..spot.tokens[last].end];
    let mut code = format!(
        "{}{{ let value: {path} = loop {{}}; value.",
        &spot.code[..start]
    );
    code.push_str(&spot.code[word.start..spot.at]);
    let cursor = code.len();
    for group in spot.groups.iter().rev() {
        code.push_str(closing(spot.text(group.open)));
    }
    Some(Question { code, cursor })
}

/// Asks about a name, which evcxr wants at the end of the code; about a method, with a bracket behind it.
pub(super) fn about(spot: &Spot, name: usize, is_called: bool) -> Question {
    let word = spot.tokens[name].start..spot.tokens[name].end;
    let bracket = if is_called { "(" } else { "" };
    ending(code_until(spot, &word, word.end) + bracket)
}

/// Asks about a name in a `use` by its whole path, which stands there in pieces; nothing where it stands elsewhere.
pub(super) fn about_used(spot: &Spot, name: usize) -> Option<Question> {
    let word = spot.tokens[name];
    if !spot.is_in_use(word.start) {
        return None;
    }
    let mut path = spot.code[spot.tokens[spot.path(name)].start..word.end].to_owned();
    for group in spot.groups.iter().rev() {
        let open = spot.tokens[group.open];
        let Some(before) = spot.qualifier(open.start) else {
            break;
        };
        let start = spot.tokens[spot.path(before)].start;
        path.insert_str(0, &spot.code[start..open.start]);
    }
    Some(ending(path))
}

/// Asks about a name in a string that a macro fills in.
pub(super) fn about_hole(spot: &Spot) -> Question {
    let word = spot.word();
    ending(code_until(spot, &word, word.end))
}

/// Asks about a name that the cell makes, behind the cell; nothing where the name is not known there.
pub(super) fn about_made(spot: &Spot, name: usize) -> Option<Question> {
    let is_known = spot.is_whole && spot.groups.is_empty();
    let end = spot.code.len();
    is_known.then(|| {
        let code = code_until(spot, &(end..end), end) + "\n;" + spot.text(name);
        ending(documented(&code).unwrap_or(code))
    })
}

fn ending(code: String) -> Question {
    let cursor = code.len();
    Question { code, cursor }
}

/// A macro around a word: what is left out of the code before the word, and behind it, and what stands there instead.
struct Around {
    before: Range<usize>,
    opening: String,
    behind: Option<Range<usize>>,
    closing: &'static str,
}

/// The macros around a word, from the outermost to the innermost.
fn macros(spot: &Spot, word: &Range<usize>) -> Vec<Around> {
    let hole = match spot.place() {
        Place::Hole(start) if start == word.start => Some(start),
        _ => None,
    };
    let around = |group: &&Group| spot.tokens[group.open].end <= word.start;
    let groups: Vec<_> = spot.groups.iter().filter(around).collect();
    let innermost = groups.len();
    let macros = groups.into_iter().zip(1..).filter_map(|(group, depth)| {
        let name = spot.macro_of(group)?;
        let (mut start, mut end) = spot.argument(group, word);
        if let Some(hole) = hole
            && depth == innermost
        {
            (start, end) = (hole, end.map(|_| word.end));
        }
        let close = group.close.map(|close| spot.tokens[close].end);
        let bound = (spot.text(name) == "select").then(|| spot.bound(group, start));
        let (opening, closing) = match bound.flatten() {
            Some((names, future)) => (format!("({{ let {names} = ({future}).await; "), "})"),
            None => ("(".to_owned(), ")"),
        };
        Some(Around {
            before: spot.tokens[spot.path(name)].start..start,
            opening,
            behind: end.zip(close).map(|(end, close)| end..close),
            closing,
        })
    });
    macros.collect()
}

/// The code before a place in a word, with what macros around it are given as expressions. Commands are no part of it: evcxr would
/// take them for Rust.
fn code_until(spot: &Spot, word: &Range<usize>, end: usize) -> String {
    let is_command = |token: &&Token| token.kind == Kind::Command;
    let commands = spot.tokens.iter().filter(is_command);
    let mut code = String::new();
    let mut from = 0;
    for command in commands {
        code.push_str(&spot.code[from..command.start]);
        from = command.end;
    }
    // What ends in a block shall not be the value of the cell, which evcxr would put elsewhere.
    if let Some(begin) = spot.value(end) {
        code.push_str(&spot.code[from..begin]);
        code.push_str("let _ = ");
        from = begin;
    }
    code + &unfolded(spot, &macros(spot, word), from, end)
}

/// The code from one place to another, without the beginnings of macros.
fn unfolded(spot: &Spot, macros: &[Around], from: usize, end: usize) -> String {
    let mut code = String::new();
    let mut from = from;
    for Around {
        before, opening, ..
    } in macros
    {
        code.push_str(&spot.code[from..before.start]);
        code.push_str(opening);
        from = before.end;
    }
    code.push_str(&spot.code[from..end]);
    code
}

/// The code with the cursor at the end of what is written of a word, and with brackets that close; the path from `path` on as a `use`.
/// Nothing where no name can stand.
fn written(spot: &Spot, path: Option<usize>) -> Option<Question> {
    let word = spot.word();
    let macros = macros(spot, &word);
    let begin = path.unwrap_or(spot.at);
    let mut code = unfolded(spot, &macros, 0, begin);
    if path.is_some() {
        code.push_str("{ use ");
    }
    let closing = closing_of(spot, &macros);
    let is_alone = path.is_none() && wants_value(spot, &code, word.start, &closing)?;
    if is_alone {
        let start = code.len() - (spot.at - word.start);
        code.insert_str(start, ALONE);
    }
    code.push_str(&spot.code[begin..spot.at]);
    let cursor = code.len();
    if path.is_some() {
        code.push_str("; }");
    }
    let mut end = word.end;
    if is_alone {
        code.push_str(";}");
        // Without its name, a macro is none.
        if spot.name_at().is_some_and(|name| spot.is_macro(name)) {
            end += 1;
        }
    }
    if spot.is_whole {
        let mut from = end;
        for around in macros.into_iter().rev() {
            let Some(behind) = around.behind else {
                continue;
            };
            code.push_str(&spot.code[from..behind.start]);
            code.push_str(around.closing);
            from = behind.end;
        }
        code.push_str(&spot.code[from..]);
    } else {
        // Nobody knows where what follows belongs.
        code.push_str(&closing.concat());
    }
    Some(Question { code, cursor })
}

/// Whether a name at the cursor would be a member of something that is no value, as in a pattern, and so of nothing.
pub(super) fn is_of_no_value(spot: &Spot) -> bool {
    let Some(owner) = spot.owner().filter(|owner| !spot.is_of_other(*owner)) else {
        return false;
    };
    let macros = macros(spot, &(owner..owner));
    let before = unfolded(spot, &macros, 0, owner);
    let closing = closing_of(spot, &macros);
    // Behind a block, what cannot be read is rather another statement.
    let unread = || !spot.is_of_type(owner) && !spot.code[owner..].starts_with('{');
    !is_value(&before, &closing).unwrap_or_else(unread)
}

/// What closes the brackets around the cursor, in the code that is asked.
fn closing_of(spot: &Spot, macros: &[Around]) -> Vec<&'static str> {
    let mut macros = macros.iter().rev();
    let close = |group: &Group| match spot.macro_of(group) {
        Some(_) => macros.next().map_or(")", |around| around.closing),
        None => closing(spot.text(group.open)),
    };
    spot.groups.iter().rev().map(close).collect()
}

/// Whether a name that begins there would be that of a value, and no member and nothing in a module; nothing where no name can
/// stand. `before` is the code as it is asked, up to the cursor.
fn wants_value(spot: &Spot, before: &str, start: usize, closing: &[&str]) -> Option<bool> {
    if spot.is_of_other(start) {
        return Some(false);
    }
    // The bracket of a macro is missing.
    if spot.follows_name(start, "!") {
        return None;
    }
    let before = &before[..before.len() - (spot.at - start)];
    match is_value(before, closing) {
        // The second half of `::` is missing.
        None if spot.follows_name(start, ":") => None,
        // Code that cannot be read, for what stands elsewhere.
        None => Some(!spot.is_of_type(start)),
        known => known,
    }
}

#[cfg(test)]
#[path = "question_tests.rs"]
mod tests;
