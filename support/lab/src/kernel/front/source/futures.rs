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

/// Macros that ask all that they are given, to its end.
const JOINING: [&str; 2] = ["join", "try_join"];

/// Macros and methods that borrow a future, to ask it again later.
const BORROWING: [&str; 5] = ["pin", "pin_mut", "poll", "as_mut", "ready"];

/// What a cell does with a variable that is a future.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Uses {
    /// So many times it is awaited.
    pub(crate) awaits: usize,
    /// A macro that joins it, as the cell names it.
    pub(crate) joined_by: Option<String>,
    /// It is handed on, or made into another future.
    pub(crate) is_taken: bool,
    /// It stays where it is, and may be asked again.
    pub(crate) is_borrowed: bool,
}

impl Uses {
    /// What a cell does that treats a variable as the future that it is: it awaits it, hands it on, or borrows it to have it asked.
    pub(crate) fn of(code: &str, name: &str) -> Option<Self> {
        let mut uses = Uses::default();
        ask(code, |tokens| uses.add(tokens, name, false));
        (uses != Uses::default()).then_some(uses)
    }

    /// `handed` is whether these tokens are arguments of a call.
    fn add(&mut self, tokens: &[TokenTree], name: &str, handed: bool) {
        for at in 0..tokens.len() {
            let before = &tokens[..at];
            match &tokens[at] {
                token if word(token, name) => self.use_of(before, &tokens[at + 1..], handed),
                TokenTree::Group(group) => {
                    let inside = list(group.stream());
                    let handed = match before {
                        [path @ .., called, bang] if sign(bang, '!') && one_of(called, &ASKING) => {
                            self.asked(path, called, &inside, name);
                            continue;
                        }
                        [.., called, bang] if sign(bang, '!') => one_of(called, &TAKING),
                        [.., called] => {
                            brackets(&tokens[at], Delimiter::Parenthesis) && is_word(called)
                                || brackets(&tokens[at], Delimiter::Bracket) && sign(called, '=')
                        }
                        [] => false,
                    };
                    self.add(&inside, name, handed);
                }
                _ => {}
            }
        }
    }

    fn use_of(&mut self, before: &[TokenTree], after: &[TokenTree], handed: bool) {
        if let [dot, method, ..] = after
            && sign(dot, '.')
        {
            if word(method, "await") {
                self.awaits += 1;
            } else if one_of(method, &BORROWING) {
                self.is_borrowed = true;
            } else {
                self.is_taken |= one_of(method, &METHODS);
            }
            return;
        }
        let ends = after.first().is_none_or(|next| sign(next, ','));
        let begins = before.last().is_none_or(|last| sign(last, ','));
        self.is_borrowed |= is_lent(before);
        self.is_taken |= handed && begins && ends;
    }

    /// A macro asks what it is given.
    fn asked(&mut self, path: &[TokenTree], called: &TokenTree, inside: &[TokenTree], name: &str) {
        for at in 0..inside.len() {
            match &inside[at] {
                TokenTree::Group(group) => {
                    self.asked(path, called, &list(group.stream()), name);
                }
                token if word(token, name) => {
                    if one_of(called, &BORROWING) || is_lent(&inside[..at]) {
                        self.is_borrowed = true;
                    } else if one_of(called, &JOINING) {
                        self.joined_by = Some(named(path, called));
                    } else {
                        self.is_taken = true;
                    }
                }
                _ => {}
            }
        }
    }
}

fn is_lent(before: &[TokenTree]) -> bool {
    matches!(before, [.., and, mutable] if sign(and, '&') && word(mutable, "mut"))
}

/// A macro as it is written: with the modules before its name.
fn named(before: &[TokenTree], called: &TokenTree) -> String {
    match before {
        [before @ .., module, one, other]
            if sign(one, ':') && sign(other, ':') && is_word(module) =>
        {
            format!("{}::{called}", named(before, module))
        }
        _ => called.to_string(),
    }
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
            assert!(Uses::of(code, "s").is_some(), "{code}");
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
            assert_eq!(Uses::of(code, "s"), None, "{code}");
        }
    }

    #[test]
    fn how_a_future_is_used_says_where_it_can_be_made() {
        let uses = |code: &str| Uses::of(code, "s").expect("it is used");
        let awaited = uses("let s = f(); let a = s.await; println!(\"{}\", s.await);");
        assert_eq!((awaited.awaits, awaited.is_borrowed), (2, false));
        let joined = uses("let s = f(); tokio::join!(s, g())");
        assert_eq!(joined.joined_by.as_deref(), Some("tokio::join"));
        let joined = uses("let s = f(); futures::future::try_join!(g(), s)");
        assert_eq!(
            joined.joined_by.as_deref(),
            Some("futures::future::try_join")
        );
        assert!(uses("let s = f(); tokio::spawn(s).await?").is_taken);
        assert!(uses("let s = f(); tokio::select! { x = s => x, }").is_taken);
        for code in [
            "let mut s = f(); loop { tokio::select! { x = &mut s => break, } }",
            "let s = f(); tokio::pin!(s);",
            "let mut s = f(); s.poll(&mut cx)",
        ] {
            let uses = uses(code);
            assert!(uses.is_borrowed && !uses.is_taken, "{code}");
        }
    }
}
