//! Where a cell calls a function.

use super::tokens::{ask, brackets, list, word};
use proc_macro2::{Delimiter, TokenTree};

/// What stands between the brackets of the first call of a function, or of a method of this name.
pub(crate) fn call(code: &str, name: &str) -> Option<String> {
    ask(code, |tokens| first(tokens, name)).flatten()
}

fn first(tokens: &[TokenTree], name: &str) -> Option<String> {
    (0..tokens.len()).find_map(|at| match &tokens[at] {
        token if word(token, name) => {
            let defined = at > 0 && word(&tokens[at - 1], "fn");
            let arguments = tokens.get(at + 1)?;
            let is_call = brackets(arguments, Delimiter::Parenthesis) && !defined;
            let text = arguments.span().source_text().filter(|_| is_call)?;
            let inside = text.strip_prefix('(')?.strip_suffix(')')?;
            Some(inside.trim().trim_end_matches(',').to_owned())
        }
        TokenTree::Group(group) => first(&list(group.stream()), name),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_told_from_the_function() {
        for (code, arguments) in [
            ("fn f(a: u8) {}\nf(1, \"é\")", Some("1, \"é\"")),
            ("fn f() {}\nprintln!(\"ä {}\", f());", Some("")),
            ("a.f( g(1), ).await", Some("g(1)")),
            ("fn f() {}", None),
            ("a.map(f)", None),
            ("// f(1)\nff(1)", None),
        ] {
            assert_eq!(call(code, "f").as_deref(), arguments, "{code}");
        }
    }
}
