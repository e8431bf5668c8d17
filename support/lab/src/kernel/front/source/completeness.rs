//! Whether a cell is done, for those front ends that ask at each Enter.
//!
//! That a cell goes on is told by a parser that wanted more at its end. That it is wrong is said of little: where the parser
//! stops before, the compiler may be newer than the parser, and its words are better than ours.

use super::tokens::{DEEPEST, forgetting, is_deeper, list};
use crate::evcxr::source::rust;
use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Block};

/// The answer to a front end that asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Completeness {
    /// It can be run.
    Complete,
    /// It goes on; the next line begins with `indent`.
    Incomplete {
        /// Four spaces for each bracket that is open.
        indent: String,
    },
    /// Nothing that follows can mend it.
    Invalid,
}

/// Whether a cell can be run, goes on, or is wrong. In doubt it can be run.
pub(crate) fn completeness(code: &str) -> Completeness {
    forgetting(|| match read(rust(code)) {
        Read::Tokens(tokens) => parsed(tokens),
        Read::Open(brackets) => Completeness::Incomplete {
            indent: "    ".repeat(brackets),
        },
        Read::Unknown => Completeness::Complete,
        Read::Wrong => Completeness::Invalid,
    })
}

enum Read {
    Tokens(TokenStream),
    /// A bracket, a string or a comment is open, and so many brackets.
    Open(usize),
    /// No tokens, for a reason that is not certain.
    Unknown,
    /// No tokens, whatever follows.
    Wrong,
}

/// Reads what it can, closing one bracket after the other. An error lies at the bracket that was opened last, or at what is
/// no token; is that a string without end, the brackets before it still count.
fn read(mut code: String) -> Read {
    let mut closing = String::new();
    let mut open = false;
    loop {
        let text = format!("{code}{closing}");
        let error = match text.parse() {
            Ok(tokens) if closing.is_empty() && !open => return Read::Tokens(tokens),
            Ok(_) => return Read::Open(closing.len()),
            Err(error) => error,
        };
        if closing.len() > DEEPEST {
            return Read::Open(DEEPEST);
        }
        let at = error.span().byte_range().start;
        let rest = text.get(at..).unwrap_or_default();
        match rest.chars().next() {
            Some('(') => closing.push(')'),
            Some('[') => closing.push(']'),
            Some('{') => closing.push('}'),
            _ => match cut_off(&text[..at], rest) {
                Read::Open(_) => {
                    open = true;
                    code.truncate(at);
                }
                read => return read,
            },
        }
    }
}

/// What to make of what is no token: its beginning, or none.
fn cut_off(before: &str, rest: &str) -> Read {
    if rest.starts_with("/*") {
        return Read::Open(0);
    }
    // Words for rustdoc with strange line ends, or a reason not known.
    if rest.is_empty() || rest.starts_with('/') {
        return Read::Unknown;
    }
    let quoted = rest.trim_start_matches(['b', 'c']);
    let open = if let Some(raw) = quoted.strip_prefix('r') {
        let text = raw.trim_start_matches('#');
        let end = format!("\"{}", &raw[..raw.len() - text.len()]);
        let string = text.strip_prefix('"');
        text.trim().is_empty() || string.is_some_and(|text| !text.contains(&end))
    } else if let Some(text) = quoted.strip_prefix('"') {
        !closes(text, '"')
    } else if let Some(text) = quoted.strip_prefix('\'') {
        let text = text.trim_end();
        if closes(text.lines().next().unwrap_or_default(), '\'') {
            return Read::Wrong;
        }
        // A character ends on its line. After an odd number of quotes, this may be the end of what is meant as a string.
        let line = before.rsplit('\n').next().unwrap_or_default();
        let is_short = text.chars().count() <= 1 || text.starts_with('\\') && !text.contains('\n');
        if line.matches('\'').count() % 2 == 1 || !is_short {
            return Read::Unknown;
        }
        true
    } else {
        false
    };
    if open { Read::Open(0) } else { Read::Wrong }
}

/// Whether a quote ends what began before `text`.
fn closes(text: &str, quote: char) -> bool {
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter == quote {
            return true;
        }
        if letter == '\\' {
            letters.next();
        }
    }
    false
}

fn parsed(tokens: TokenStream) -> Completeness {
    if is_deeper(&list(tokens.clone()), DEEPEST) {
        return Completeness::Complete;
    }
    let cell = |input: ParseStream| {
        input.call(Attribute::parse_inner)?;
        input.call(Block::parse_within)
    };
    let Err(error) = cell.parse2(tokens.clone()) else {
        return Completeness::Complete;
    };
    let place = error.span().byte_range();
    let more = Completeness::Incomplete {
        indent: String::new(),
    };
    // Only at the end there is no token to point at.
    if place.is_empty() {
        return more;
    }
    let mut pieces = Vec::new();
    flatten(tokens, &mut pieces);
    let Some(stop) = pieces.iter().position(|piece| piece.start == place.start) else {
        return Completeness::Complete;
    };
    let last = last(&pieces);
    if is_wrong(&pieces, stop) {
        Completeness::Invalid
    } else if stop >= last && wants_more(&pieces[last..]) {
        more
    } else {
        Completeness::Complete
    }
}

/// A token, or one of a pair of brackets.
#[derive(Debug)]
struct Piece {
    text: String,
    start: usize,
    is_literal: bool,
    /// Another sign follows without a space.
    goes_on: bool,
}

fn flatten(tokens: TokenStream, pieces: &mut Vec<Piece>) {
    for token in tokens {
        let mut add = |text: &str, start| {
            pieces.push(Piece {
                text: text.to_owned(),
                start,
                is_literal: matches!(token, TokenTree::Literal(_)),
                goes_on: matches!(&token, TokenTree::Punct(sign) if sign.spacing() == Spacing::Joint),
            });
        };
        if let TokenTree::Group(group) = &token {
            let (open, close) = match group.delimiter() {
                Delimiter::Parenthesis => ("(", ")"),
                Delimiter::Bracket => ("[", "]"),
                Delimiter::Brace => ("{", "}"),
                Delimiter::None => ("", ""),
            };
            add(open, group.span_open().byte_range().start);
            flatten(group.stream(), pieces);
            pieces.push(Piece {
                text: close.to_owned(),
                start: group.span_close().byte_range().start,
                is_literal: false,
                goes_on: false,
            });
        } else {
            add(&token.to_string(), token.span().byte_range().start);
        }
    }
}

/// Where the last token begins, the signs of `=>` being one.
fn last(pieces: &[Piece]) -> usize {
    let mut at = pieces.len().saturating_sub(1);
    while at > 0 && pieces[at - 1].goes_on {
        at -= 1;
    }
    at
}

/// Whether a line that ends so goes on, though the parser did not say so.
fn wants_more(last: &[Piece]) -> bool {
    let text: String = last.iter().map(|piece| piece.text.as_str()).collect();
    let operator = |sign| ",.=+-*/%^&|<>".contains(sign);
    ["async", "else", "static", "::"].contains(&text.as_str()) || text.chars().all(operator)
}

/// Whether no Rust, old or new, goes on with this piece after those before it.
fn is_wrong(pieces: &[Piece], stop: usize) -> bool {
    const OPERATORS: [&str; 9] = ["=", "+", "-", "*", "/", "%", "^", "&", ":"];
    const INFIX: [&str; 5] = ["=", "+", "/", "%", "^"];
    const KEYWORDS: [&str; 22] = [
        "as", "break", "continue", "else", "enum", "fn", "for", "if", "impl", "in", "let", "loop",
        "match", "mod", "pub", "return", "struct", "trait", "type", "use", "where", "while",
    ];
    let here = pieces[stop].text.as_str();
    let ends = [";", ",", ")", "]", "}"].contains(&here);
    let infix = INFIX.contains(&here);
    match stop.checked_sub(1).map(|before| &pieces[before]) {
        Some(before) if before.is_literal => pieces[stop].is_literal,
        Some(before) => match before.text.as_str() {
            "let" | "fn" | "mut" => infix || ends || KEYWORDS.contains(&here),
            "(" | "[" => infix || here == ",",
            ";" | "{" => infix || here == "," || here == "else",
            before => OPERATORS.contains(&before) && (infix || ends),
        },
        None => infix || here == "," || here == "else" && pieces.len() > 1,
    }
}

#[cfg(test)]
#[path = "completeness_tests.rs"]
mod tests;
