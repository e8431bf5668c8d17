//! Whether a cell waits for a line on standard input, which a notebook has nobody to type on.

use super::tokens::{ask, list, sign, word};
use proc_macro2::{Delimiter, TokenTree};

/// The line, counted from one, of the first call of `stdin()` in a cell, by whatever path. Where a cell defines a function
/// of that name, only `io::stdin()` is the one that reads.
pub(crate) fn reads_stdin(code: &str) -> Option<usize> {
    ask(code, |tokens| first_call(tokens, defines_stdin(tokens)))?
}

fn defines_stdin(tokens: &[TokenTree]) -> bool {
    let here = |pair: &[TokenTree]| word(&pair[0], "fn") && word(&pair[1], "stdin");
    tokens.windows(2).any(here)
        || tokens.iter().any(|token| match token {
            TokenTree::Group(group) => defines_stdin(&list(group.stream())),
            _ => false,
        })
}

fn first_call(tokens: &[TokenTree], defined: bool) -> Option<usize> {
    tokens.iter().enumerate().find_map(|(at, token)| {
        if is_call(&tokens[at..]) && is_the_one(&tokens[..at], defined) {
            return Some(token.span().start().line);
        }
        match token {
            TokenTree::Group(group) => first_call(&list(group.stream()), defined),
            _ => None,
        }
    })
}

/// It takes nothing; what takes something, such as the method of a command, is another.
fn is_call(tokens: &[TokenTree]) -> bool {
    match tokens {
        [name, TokenTree::Group(group), ..] => {
            word(name, "stdin")
                && group.delimiter() == Delimiter::Parenthesis
                && group.stream().is_empty()
        }
        _ => false,
    }
}

/// Whether what stands before `stdin` lets it be the function of `io`, rather than a method or a definition.
fn is_the_one(before: &[TokenTree], defined: bool) -> bool {
    match before {
        [.., last] if sign(last, '.') || word(last, "fn") => false,
        [.., module, first, second] if sign(first, ':') && sign(second, ':') => {
            !defined || word(module, "io")
        }
        _ => !defined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_waits_for_a_line_is_found_with_its_line() {
        let rows = [
            ("", None),
            ("let x = 1;", None),
            ("io::stdin()", Some(1)),
            ("stdin().lines()", Some(1)),
            ("let i = ::std::io::stdin();", Some(1)),
            ("::std::io::stdin()", None),
            (
                "let mut line = String::new();\nstd::io::stdin().read_line(&mut line)?;",
                Some(2),
            ),
            ("// a\r\n\r\nio::stdin().lock()\r\n", Some(3)),
            (
                ":dep rand\n\nuse std::io;\nlet text = io::read_to_string(io::stdin())?;",
                Some(4),
            ),
            ("let änderung = \"grün\"; /* é */\nio::stdin();", Some(2)),
            ("let s = \"one\ntwo\";\nio::stdin();", Some(3)),
            ("/* one /* two\n*/ */\nio::stdin();", Some(3)),
            (
                "let r = r#\"\nio::stdin()\"#;\nio::stdin();\nio::stdin();",
                Some(3),
            ),
            ("for line in io::stdin().lines() {\n    line?;\n}", Some(1)),
            (
                "fn ask() -> String {\n    io::stdin().lines().next()\n}",
                Some(2),
            ),
            ("println!(\"{:?}\",\n io::stdin().lines().next());", Some(2)),
            ("let f = || {\nstdin()\n};", Some(2)),
            (
                "tokio::io::BufReader::new(tokio::io::stdin()).lines()",
                Some(1),
            ),
            ("io::\n    stdin\n    ()", Some(2)),
            ("&stdin()", Some(1)),
            (
                "use std::io::stdin;\nlet stdin = stdin();\nstdin.lock();",
                Some(2),
            ),
            ("use std::io::stdin;", None),
            ("let f = io::stdin;", None),
            ("Command::new(\"cat\").stdin(Stdio::null()).spawn()?;", None),
            ("child.stdin()", None),
            ("child\n    .stdin\n    .take()", None),
            ("// io::stdin()\n/* stdin() */", None),
            ("/// Calls `io::stdin()`.\nfn f() {}", None),
            ("let s = \"io::stdin()\";", None),
            ("let s = r##\"stdin() \"# stdin()\"##;", None),
            ("let c = b's'; stdin!()", None),
            ("stdin(1)", None),
            ("fn stdin() -> u8 { 1 }\nstdin() + self::stdin()", None),
            ("mod fake {\n    pub fn stdin() {}\n}\nfake::stdin();", None),
            ("fn stdin() {}\nstdin();\nstd::io::stdin();", Some(3)),
            (":stdin()", None),
            ("let s = \"io::stdin()", None),
            ("io::stdin(", None),
            ("io::stdin())", None),
        ];
        for (code, line) in rows {
            assert_eq!(reads_stdin(code), line, "{code}");
        }
    }
}
