//! What a cell does with a variable that is a future.

use super::tokens::{ask, brackets, is_word, list, one_of, sign, word};
use proc_macro2::{Delimiter, TokenTree};

/// Macros that ask futures.
const ASKING: [&str; 9] = [
    "join",
    "try_join",
    "select",
    "select_biased",
    "pin",
    "pin_mut",
    "poll",
    "ready",
    "try_select",
];

/// Macros that take values, whatever these are.
const TAKING: [&str; 2] = ["vec", "dbg"];

/// Methods that ask a future, or make another one of it.
const METHODS: [&str; 12] = [
    "await",
    "poll",
    "as_mut",
    "boxed",
    "boxed_local",
    "fuse",
    "map",
    "then",
    "shared",
    "now_or_never",
    "timeout",
    "instrument",
];

/// Whether a cell treats a variable as the future that it is: it awaits it, hands it on, or borrows it to have it asked.
pub(crate) fn is_used_as_future(code: &str, name: &str) -> bool {
    ask(code, |tokens| any(tokens, name, false)).unwrap_or(false)
}

/// `handed` is whether these tokens are arguments of a call.
fn any(tokens: &[TokenTree], name: &str, handed: bool) -> bool {
    (0..tokens.len()).any(|at| {
        let before = &tokens[..at];
        match &tokens[at] {
            token if word(token, name) => is_use(before, &tokens[at + 1..], handed),
            TokenTree::Group(group) => {
                let handed = match before {
                    [.., called, bang] if sign(bang, '!') && one_of(called, &ASKING) => {
                        return mentions(&list(group.stream()), name);
                    }
                    [.., called, bang] if sign(bang, '!') => one_of(called, &TAKING),
                    [.., called] => {
                        brackets(&tokens[at], Delimiter::Parenthesis) && is_word(called)
                            || brackets(&tokens[at], Delimiter::Bracket) && sign(called, '=')
                    }
                    [] => false,
                };
                any(&list(group.stream()), name, handed)
            }
            _ => false,
        }
    })
}

fn is_use(before: &[TokenTree], after: &[TokenTree], handed: bool) -> bool {
    if let [dot, method, ..] = after
        && sign(dot, '.')
    {
        return one_of(method, &METHODS);
    }
    let ends = after.first().is_none_or(|next| sign(next, ','));
    let begins = before.last().is_none_or(|last| sign(last, ','));
    let is_borrowed =
        matches!(before, [.., and, mutable] if sign(and, '&') && word(mutable, "mut"));
    is_borrowed || handed && begins && ends
}

fn mentions(tokens: &[TokenTree], name: &str) -> bool {
    tokens.iter().any(|token| match token {
        TokenTree::Group(group) => mentions(&list(group.stream()), name),
        token => word(token, name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_future_that_is_handed_on_is_told_from_one_that_is_taken_for_its_value() {
        for code in [
            "let s = f(); s.await",
            "let s = f(); tokio::join!(s, g())",
            "let s = f(); tokio::select! { x = &mut s => x, }",
            "let s = f(); tokio::pin!(s);",
            "let s = f(); let t = std::pin::pin!(s);",
            "let s = f(); tokio::spawn(s).await?",
            "let s = f(); let all = vec![s, g()];",
            "let s = f(); let all = [s, g()];",
            "let s = f(); timeout(second, s).await",
            "let s = f(); s.as_mut().poll(&mut cx)",
            "let mut s = f(); (&mut s).await",
        ] {
            assert!(is_used_as_future(code, "s"), "{code}");
        }
        for code in [
            "let s = f();",
            "let s = f(); println!(\"{}\", s);",
            "let s = f(); s.len()",
            "let s = f(); s + 1",
            "let s = f(); s",
            "let s = f(); g(s.len())",
            "let s = f(); g(s + 1)",
            "let s = f(); if s { 1 } else { 2 }",
            "let s = f(); for x in s {}",
        ] {
            assert!(!is_used_as_future(code, "s"), "{code}");
        }
    }
}
