//! The signs and words of a cell that is being written.
//!
//! Brackets may be open, and so may be a string: what reads whole cells only, such as [`super::super::source`], has no answer then.

/// What a piece of a cell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A line for evcxr or for a shell.
    Command,
    /// A comment; whether it goes on where the text ends.
    Comment {
        open: bool,
    },
    /// A string or a character; whether it is without end.
    Text {
        open: bool,
    },
    Word,
    Number,
    Lifetime,
    Open,
    Close,
    Sign,
}

/// A piece of a cell, by the bytes where it begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Token {
    pub(super) fn text<'a>(&self, code: &'a str) -> &'a str {
        &code[self.start..self.end]
    }
}

/// The pieces of a cell, without the space between them.
pub(super) fn scan(code: &str) -> Vec<Token> {
    let (mut tokens, mut start) = commands(code);
    while let Some(letter) = code[start..].chars().next() {
        if letter.is_whitespace() {
            start += letter.len_utf8();
            continue;
        }
        let (kind, length) = piece(&code[start..], letter);
        let end = start + length;
        tokens.push(Token { kind, start, end });
        start = end;
    }
    tokens
}

/// What begins here with a letter, and its length.
fn piece(rest: &str, first: char) -> (Kind, usize) {
    if rest.starts_with("//") {
        let length = rest.find('\n').unwrap_or(rest.len());
        return (Kind::Comment { open: true }, length);
    }
    if rest.starts_with("/*") {
        let (open, length) = ends(rest, block_comment(rest));
        return (Kind::Comment { open }, length);
    }
    if let Some(length) = text(rest) {
        let (open, length) = ends(rest, length);
        return (Kind::Text { open }, length);
    }
    let raw = if rest.starts_with("r#") { 2 } else { 0 };
    match first {
        '(' | '[' | '{' => (Kind::Open, 1),
        ')' | ']' | '}' => (Kind::Close, 1),
        '0'..='9' => (Kind::Number, number(rest)),
        '\'' => (Kind::Lifetime, 1 + word(&rest[1..])),
        _ if is_of_word(first) && word(&rest[raw..]) > 0 => (Kind::Word, raw + word(&rest[raw..])),
        _ => (Kind::Sign, first.len_utf8()),
    }
}

/// Whether something is open, and how long it is: all there is, if so.
fn ends(rest: &str, length: Option<usize>) -> (bool, usize) {
    (length.is_none(), length.unwrap_or(rest.len()))
}

fn word(rest: &str) -> usize {
    rest.find(|letter| !is_of_word(letter))
        .unwrap_or(rest.len())
}

/// Whether a word may have this letter in it. What is no letter beyond ASCII is no sign of Rust either.
pub(super) fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || !letter.is_ascii() && !letter.is_whitespace()
}

/// The lines before the Rust, as evcxr tells them apart, and where the Rust begins.
fn commands(code: &str) -> (Vec<Token>, usize) {
    let (mut tokens, mut start) = (Vec::new(), 0);
    for line in code.split_inclusive('\n') {
        let end = start + line.trim_end_matches(['\n', '\r']).len();
        if line.starts_with('!') || line.trim_start_matches(' ').starts_with(':') {
            let kind = Kind::Command;
            tokens.push(Token { kind, start, end });
        } else if line.starts_with("//") {
            let kind = Kind::Comment { open: true };
            tokens.push(Token { kind, start, end });
        } else if !line.trim().is_empty() {
            break;
        }
        start += line.len();
    }
    (tokens, start)
}

/// The length of a comment that may hold others, if it ends.
fn block_comment(rest: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        let here = &rest[at..];
        if here.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return Some(at);
            }
        } else {
            at += here.chars().next().map_or(1, char::len_utf8);
        }
    }
    None
}

/// The length of a string or a character that begins here, `Some(None)` where it has no end.
fn text(rest: &str) -> Option<Option<usize>> {
    let plain = rest.trim_start_matches(['b', 'c']);
    let prefix = rest.len() - plain.len();
    if prefix > 1 {
        return None;
    }
    if let Some(raw) = plain.strip_prefix('r') {
        let inner = raw.trim_start_matches('#');
        let marks = raw.len() - inner.len();
        let inner = inner.strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(marks));
        let length = inner.find(&end).map(|at| at + end.len());
        return Some(length.map(|length| prefix + 2 + marks + length));
    }
    if let Some(inner) = plain.strip_prefix('"') {
        return Some(quoted(inner, '"').map(|length| prefix + 1 + length));
    }
    // A lifetime has no quote behind its first letter.
    let inner = plain.strip_prefix('\'')?;
    let mut letters = inner.chars();
    let is_letter = match letters.next()? {
        '\\' => true,
        '\'' => false,
        _ => letters.next() == Some('\''),
    };
    let line = inner.lines().next().unwrap_or_default();
    is_letter.then(|| quoted(line, '\'').map(|length| prefix + 1 + length))
}

/// How long it is until behind the quote.
fn quoted(inner: &str, quote: char) -> Option<usize> {
    let mut letters = inner.char_indices();
    while let Some((at, letter)) = letters.next() {
        if letter == quote {
            return Some(at + quote.len_utf8());
        }
        if letter == '\\' {
            letters.next();
        }
    }
    None
}

/// The length of a number: `1.5`, not `1.max(2)` or `1..2`.
fn number(rest: &str) -> usize {
    let length = word(rest);
    match rest[length..].strip_prefix('.') {
        Some(after) if after.starts_with(|letter: char| letter.is_ascii_digit()) => {
            length + 1 + word(after)
        }
        _ => length,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(code: &str) -> Vec<&str> {
        scan(code).iter().map(|token| token.text(code)).collect()
    }

    #[test]
    fn pieces_are_told_apart() {
        let rows: [(&str, &[&str]); 9] = [
            ("let größe = 1.5;", &["let", "größe", "=", "1.5", ";"]),
            (
                "1.max(0..2)",
                &["1", ".", "max", "(", "0", ".", ".", "2", ")"],
            ),
            (
                r#"f("a\"b", b"c", 'd', b'\'')"#,
                &[
                    "f",
                    "(",
                    r#""a\"b""#,
                    ",",
                    "b\"c\"",
                    ",",
                    "'d'",
                    ",",
                    r"b'\''",
                    ")",
                ],
            ),
            (
                "r#\"a\"b\"# r\"c\" r#fn",
                &["r#\"a\"b\"#", "r\"c\"", "r#fn"],
            ),
            ("&'a str + '😀' bc", &["&", "'a", "str", "+", "'😀'", "bc"]),
            (
                "a /* b /* c */ d */ e // f",
                &["a", "/* b /* c */ d */", "e", "// f"],
            ),
            (
                ":dep a\n!ls\n// b\n\nc::d",
                &[":dep a", "!ls", "// b", "c", ":", ":", "d"],
            ),
            ("a\n:b", &["a", ":", "b"]),
            ("", &[]),
        ];
        for (code, pieces) in rows {
            assert_eq!(texts(code), pieces, "{code}");
        }
    }

    #[test]
    fn what_has_no_end_goes_on_to_the_end() {
        for (code, open) in [
            ("f(\"a b", true),
            ("f(\"a b\"", false),
            ("r#\"a\" ", true),
            ("b\"", true),
            ("'\\", true),
        ] {
            let last = scan(code).last().copied().expect("a piece");
            assert_eq!(last.kind, Kind::Text { open }, "{code}");
            assert_eq!(last.end, code.len(), "{code}");
        }
        for (code, open) in [("/* a", true), ("a /* a */", false), ("a // b", true)] {
            let last = scan(code).last().copied().expect("a piece");
            assert_eq!(last.kind, Kind::Comment { open }, "{code}");
        }
    }
}
