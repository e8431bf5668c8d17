//! What evcxr is asked in place of what a notebook asks.
//!
//! Rust-analyzer wants code in which brackets close, and knows what a macro is given only where the macro takes it. So brackets
//! are closed, and what a macro is given stands there as an expression of its own.

use super::super::source::documented;
use super::scan::{Kind, Token};
use super::spot::{Group, Place, Spot, closing};
use serde_json::{Value, json};
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

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

/// Asks which names fit at the cursor, of which what is before it is written.
pub(super) fn names(spot: &Spot) -> Question {
    let is_command = matches!(spot.place(), Place::Command(_));
    let code = |token: &Token| {
        token.start < spot.at && !matches!(token.kind, Kind::Command | Kind::Comment { .. })
    };
    if is_command {
        // Evcxr knows its own commands.
        Question {
            code: spot.code.to_owned(),
            cursor: spot.at,
        }
    } else if spot.tokens.iter().any(code) {
        written(spot, None)
    } else {
        // Where no code has begun, evcxr has no place for the cursor.
        let (before, after) = spot.code.split_at(spot.at);
        let after = &after[spot.word().end - spot.at..];
        Question {
            code: format!("{before} ();{after}"),
            cursor: spot.at + 1,
        }
    }
}

/// Asks the same as if the path before the cursor stood in a `use`, where rust-analyzer names nothing that is private; nothing
/// where the path is none of modules.
pub(super) fn names_in_use(spot: &Spot) -> Option<Question> {
    let last = spot.qualifier(spot.word().start)?;
    let start = spot.tokens[spot.path(last)].start;
    let is_module = spot.text(last).starts_with(char::is_lowercase);
    let asks = is_module && spot.colons(start).is_none() && !spot.is_in_use(spot.at);
    asks.then(|| written(spot, Some(start)))
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

/// A macro around a word: what is left out of the code before the word, and behind it.
struct Around {
    before: Range<usize>,
    behind: Option<Range<usize>>,
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
        Some(Around {
            before: spot.tokens[spot.path(name)].start..start,
            behind: end.zip(close).map(|(end, close)| end..close),
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
    for Around { before, .. } in macros {
        code.push_str(&spot.code[from..before.start]);
        code.push('(');
        from = before.end;
    }
    code.push_str(&spot.code[from..end]);
    code
}

/// The code with the cursor at the end of what is written of a word, and with brackets that close; the path from `path` on as a `use`.
fn written(spot: &Spot, path: Option<usize>) -> Question {
    let word = spot.word();
    let macros = macros(spot, &word);
    let begin = path.unwrap_or(spot.at);
    let mut code = unfolded(spot, &macros, 0, begin);
    if path.is_some() {
        code.push_str("{ use ");
    }
    code.push_str(&spot.code[begin..spot.at]);
    let cursor = code.len();
    if path.is_some() {
        code.push_str("; }");
    }
    if spot.is_whole {
        let mut from = word.end;
        for behind in macros.into_iter().rev().filter_map(|around| around.behind) {
            code.push_str(&spot.code[from..behind.start]);
            code.push(')');
            from = behind.end;
        }
        code.push_str(&spot.code[from..]);
    } else {
        // Nobody knows where what follows belongs.
        for group in spot.groups.iter().rev() {
            let is_macro = spot.macro_of(group).is_some();
            code.push_str(if is_macro {
                ")"
            } else {
                closing(spot.text(group.open))
            });
        }
    }
    Question { code, cursor }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot<T>(marked: &str, question: impl FnOnce(&Spot) -> T) -> T {
        let (before, after) = marked.split_once('|').expect("a cursor");
        let code = format!("{before}{after}");
        question(&Spot::new(&code, Some(before.chars().count() as u64)))
    }

    /// The code, with `|` where the cursor is.
    fn marked(question: Question) -> String {
        let (before, after) = question.code.split_at(question.cursor);
        format!("{before}|{after}")
    }

    #[test]
    fn what_is_asked_for_names_is_whole_code() {
        let rows = [
            // What follows in the word does not count.
            ("let a = pri|nt; b", "let a = pri|; b"),
            ("a\n    .b()\n    .c|", "a\n    .b()\n    .c|"),
            ("fn f() { g(a|\nlet b", "fn f() { g(a|)}"),
            ("use tokio::{time::sl|}", "use tokio::{time::sl|}"),
            (":dep a\nlet x = 1;\n|", ":dep a\nlet x = 1;\n|"),
            (":de|p a", ":de|p a"),
            ("|", " |();"),
            ("// a\n|\nf()", "// a\n |();\nf()"),
            ("|word", " |();"),
        ];
        for (code, asked) in rows {
            assert_eq!(marked(spot(code, names)), asked, "{code}");
        }
    }

    #[test]
    fn what_a_macro_is_given_is_asked_for_by_itself() {
        let rows = [
            ("println!(\"{}\", wo|", "( wo|)"),
            ("println!(\"{}\", wo|); f()", "( wo|); f()"),
            ("x = vec![a, b.c|, d] + 1", "x = ( b.c|) + 1"),
            ("tokio::join!(f(a|), g())", "(f(a|))"),
            ("assert_eq!(1, vec![2, a|]);", "( ( a|));"),
            ("select! { v = r.re|() => f(v), x => y }", "( v = r.re|() )"),
            ("select! { v = r => f(a|), x => y }", "( f(a|))"),
            ("println!(\"a {wo|rd:?} {}\", b);", "(wo|);"),
            ("println!(\"a {wo|", "(wo|)"),
            (
                "macro_rules! m { () => { a| } }",
                "macro_rules! m { () => { a| } }",
            ),
        ];
        for (code, asked) in rows {
            assert_eq!(marked(spot(code, names)), asked, "{code}");
        }
    }

    #[test]
    fn a_path_of_modules_is_asked_for_as_a_use() {
        let rows = [
            ("f(tokio::time::sl|)", "f({ use tokio::time::sl|; })"),
            ("vec![std::|]", "({ use std::|; })"),
            (
                "let x: tokio::time::In|",
                "let x: { use tokio::time::In|; }",
            ),
            ("Vec::ne|", ""),
            ("use tokio::time::sl|", ""),
            ("<T as a>::b|", ""),
            ("::std::b|", ""),
            ("sl|", ""),
        ];
        for (code, asked) in rows {
            let question = spot(code, names_in_use).map(marked);
            assert_eq!(question.unwrap_or_default(), asked, "{code}");
        }
    }

    #[test]
    fn fields_that_are_written_are_asked_for_as_fields_of_a_value() {
        let rows = [
            (
                "let p = Point { x|",
                "let p = { let value: Point = loop {}; value.x|}",
            ),
            (
                "f(a::Point { x: 1, y|: 2 })",
                "f({ let value: a::Point = loop {}; value.y|})",
            ),
            ("let p = Point { x: y|", ""),
            ("struct Point { x|", ""),
            ("impl a::Point { f|", ""),
            ("for x in A { x|", ""),
            ("match a { b|", ""),
            ("x|", ""),
        ];
        for (code, asked) in rows {
            let question = spot(code, fields_in_use).map(marked);
            assert_eq!(question.unwrap_or_default(), asked, "{code}");
        }
    }

    #[test]
    fn a_name_that_is_asked_about_stands_at_the_end() {
        let about = |code, called| {
            marked(spot(code, |spot| {
                about(spot, spot.name_at().expect("a name"), called)
            }))
        };
        assert_eq!(about("let a = so|me(1);", false), "let a = some|");
        assert_eq!(
            about(":dep x\n!ls\na.pu|sh(1);", true),
            "\n\nlet _ = a.push(|"
        );
        assert_eq!(about("f(vec![1, wo|rd])", false), "let _ = f(( word|");
        assert_eq!(about("println|!(\"{}\", 1)", false), "let _ = println|");
        assert_eq!(
            marked(spot("println!(\"{wo|rd}\")", about_hole)),
            "let _ = (word|"
        );
        let made = |code| {
            let made = spot(code, |spot| {
                about_made(spot, spot.name_at().expect("a name"))
            });
            made.map(marked).unwrap_or_default()
        };
        assert_eq!(
            made(":dep x\nfn ad|d() {} // a"),
            "\nfn add() {} // a\n;add|"
        );
        let used = |code| {
            let used = spot(code, |spot| {
                about_used(spot, spot.name_at().expect("a name"))
            });
            used.map(marked).unwrap_or_default()
        };
        assert_eq!(used("a(); use b::{c, d::{e::f|g, h}};"), "b::d::e::fg|");
        assert_eq!(used("use a::b|::c;"), "a::b|");
        assert_eq!(used("a::b|"), "");
        assert_eq!(made("/// A.\nfn ad|d() {}"), " /// A.\nfn add() {}\n;add|");
        assert_eq!(made("{ let a| = 1; }"), "");
    }

    #[test]
    fn the_cursor_is_counted_as_evcxr_counts() {
        let question = spot("let é = \"e\u{301}👩\u{200d}💻\";\r\né.|", names);
        assert_eq!(question.content()["cursor_pos"], 16);
    }
}
