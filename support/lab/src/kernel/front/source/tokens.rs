//! The tokens of a cell, and how to find one's way among them.

use crate::evcxr::source::rust;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// How deep brackets may lie in each other. Whoever walks through them calls itself for each, and what comes from a browser
/// shall not end the kernel by a full stack.
pub(super) const DEEPEST: usize = 32;

/// What `question` answers to the tokens of a cell, or nothing where there are none.
pub(super) fn ask<T>(code: &str, question: impl FnOnce(&[TokenTree]) -> T) -> Option<T> {
    forgetting(|| {
        let tokens = rust(code).parse().ok().map(list)?;
        (!is_deeper(&tokens, DEEPEST)).then(|| question(&tokens))
    })
}

/// Spans are kept together with the source that they lie in, for each thread, and a kernel lives for days. So they are
/// dropped after each answer; nobody on the thread keeps one for longer than a question.
pub(super) fn forgetting<T>(answer: impl FnOnce() -> T) -> T {
    let answer = answer();
    proc_macro2::extra::invalidate_current_thread_spans();
    answer
}

/// Whether brackets lie in each other more than `levels` deep.
pub(super) fn is_deeper(tokens: &[TokenTree], levels: usize) -> bool {
    tokens.iter().any(|token| match token {
        TokenTree::Group(group) => levels == 0 || is_deeper(&list(group.stream()), levels - 1),
        _ => false,
    })
}

/// The tokens one by one.
pub(super) fn list(tokens: TokenStream) -> Vec<TokenTree> {
    tokens.into_iter().collect()
}

/// Whether a token is this word. A raw identifier, such as `r#fn`, is no keyword.
pub(super) fn word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

/// Whether a token is one of these words.
pub(super) fn one_of(token: &TokenTree, words: &[&str]) -> bool {
    words.iter().any(|one| word(token, one))
}

/// Whether a token is any word.
pub(super) fn is_word(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Ident(_))
}

/// Whether a token is this sign.
pub(super) fn sign(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

/// Whether tokens begin with these signs.
pub(super) fn signs(tokens: &[TokenTree], signs: &str) -> bool {
    let count = signs.chars().count();
    tokens.len() >= count && tokens.iter().zip(signs.chars()).all(|(a, b)| sign(a, b))
}

/// Whether a token is a pair of such brackets, with what is between them.
pub(super) fn brackets(token: &TokenTree, delimiter: Delimiter) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == delimiter)
}

/// Whether a token is a pair of brackets of whatever kind.
pub(super) fn is_group(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(_))
}

/// Where `<` opens a list of types: everywhere in a type, after `::` in an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum In {
    Types,
    Expressions,
}

/// The place of the first token for which `stop` holds, apart from lists of types such as `<u8, u8>`, or the end.
pub(super) fn until(tokens: &[TokenTree], place: In, stop: impl Fn(&[TokenTree]) -> bool) -> usize {
    let mut open = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        let after = |before| at > 0 && sign(&tokens[at - 1], before);
        if sign(token, '<') && (place == In::Types || open > 0 || after(':')) {
            open += 1;
        } else if open > 0 && sign(token, '>') {
            // In `->` it closes nothing.
            open -= usize::from(!after('-'));
        } else if open == 0 && stop(&tokens[at..]) {
            return at;
        }
    }
    tokens.len()
}

/// How many tokens an item has, its body or its `;` included.
pub(super) fn item(tokens: &[TokenTree]) -> usize {
    let ends = |rest: &[TokenTree]| brackets(&rest[0], Delimiter::Brace) || sign(&rest[0], ';');
    (until(tokens, In::Types, ends) + 1).min(tokens.len())
}

/// How many tokens the definition of a macro has that they begin with, if they do.
pub(super) fn macro_definition(tokens: &[TokenTree]) -> Option<usize> {
    match tokens {
        [rules, bang, name, group, ..]
            if word(rules, "macro_rules")
                && sign(bang, '!')
                && is_word(name)
                && is_group(group) =>
        {
            Some(4)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_for_evcxr_are_no_rust_and_the_others_keep_their_numbers() {
        let rows = [
            ("", ""),
            ("1 + 1", "1 + 1\n"),
            (":dep rand\nlet x = 1;", "\nlet x = 1;\n"),
            ("  :dep rand\r\n1\r\n", "\n1\n"),
            ("let x = 1;\n\t:vars\nx", "let x = 1;\n\nx\n"),
            ("// a\n\n!ls 'it\n1", "// a\n\n\n1\n"),
            ("1;\n!true", "1;\n!true\n"),
            (" !true", " !true\n"),
        ];
        for (code, kept) in rows {
            assert_eq!(rust(code), kept, "{code:?}");
        }
    }

    #[test]
    fn brackets_without_end_are_no_tokens_and_end_no_process() {
        let nested = |levels| "(".repeat(levels) + &")".repeat(levels);
        assert_eq!(ask(&nested(DEEPEST), |tokens| tokens.len()), Some(1));
        assert_eq!(ask(&nested(DEEPEST + 1), |tokens| tokens.len()), None);
        assert_eq!(ask(&nested(100_000), |tokens| tokens.len()), None);
        assert_eq!(ask("(", |tokens| tokens.len()), None);
    }
}
