//! Marks what is private in an outline, so that it is not proposed where a learner completes a name.
//!
//! Evcxr has rust-analyzer read all crates as if a learner were at work on them, and then it proposes private fields and methods, too;
//! what is not stable it never proposes. So that is what the private ones are said to be. They stay where they are: their types
//! tell what a type is made of.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use std::str::FromStr;

/// The mark.
const UNSTABLE: &str = "#[unstable]";

/// The macro around structs that wraps them for futures. What it makes of them serves its own crate.
const PIN_PROJECT: &str = "pin_project";

/// The tokens of a file, or of a module, with marks at private fields and methods.
pub(super) fn marked(tokens: TokenStream) -> TokenStream {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut kept: Vec<TokenTree> = Vec::with_capacity(tokens.len());
    let mut body = Body::Other;
    for (at, token) in tokens.iter().enumerate() {
        body = body.after(&tokens[..at], token, tokens.get(at + 1));
        let TokenTree::Group(group) = token else {
            kept.push(token.clone());
            continue;
        };
        let before = &tokens[..at];
        match (body, group.delimiter()) {
            (Body::Fields, Delimiter::Brace) => kept.push(within(group, fields)),
            (Body::Fields, Delimiter::Parenthesis) if ends_name(before) => {
                kept.push(within(group, fields));
            }
            (Body::Methods, Delimiter::Brace) => kept.push(within(group, methods)),
            _ if called(before).is_some_and(|name| name == PIN_PROJECT) => {
                kept.truncate(kept.len() - path(before));
                kept.extend(marked(unwrapped(group.stream())));
            }
            _ if is_of_items(before) => kept.push(within(group, marked)),
            _ => kept.push(token.clone()),
        }
        if group.delimiter() == Delimiter::Brace {
            body = Body::Other;
        }
    }
    kept.into_iter().collect()
}

/// What the next braces hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Body {
    Fields,
    /// Those of a type itself, not of a trait.
    Methods,
    Other,
}

impl Body {
    fn after(self, before: &[TokenTree], token: &TokenTree, next: Option<&TokenTree>) -> Self {
        let is_named = matches!(next, Some(TokenTree::Ident(_)));
        match token {
            TokenTree::Ident(word) if (word == "struct" || word == "union") && is_named => {
                Body::Fields
            }
            // Elsewhere it is a type: `-> impl Future`.
            TokenTree::Ident(word) if word == "impl" && begins_item(before) => Body::Methods,
            TokenTree::Ident(word)
                if word == "for"
                    && self == Body::Methods
                    && !next.is_some_and(|next| is(next, '<')) =>
            {
                Body::Other
            }
            TokenTree::Punct(_) if is(token, ';') => Body::Other,
            _ => self,
        }
    }
}

/// The fields of a struct, with marks at the private ones.
fn fields(tokens: TokenStream) -> TokenStream {
    let mut depth = 0_usize;
    parts(tokens, |before, token| {
        if is(token, '<') {
            depth += 1;
        } else if is(token, '>') && !before.is_some_and(|before| is(before, '-')) {
            depth = depth.saturating_sub(1);
        }
        depth == 0 && is(token, ',')
    })
}

/// The methods of a type, with marks at the private ones.
fn methods(tokens: TokenStream) -> TokenStream {
    parts(tokens, |before, token| {
        let is_body =
            matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        is(token, ';') || is_body && !before.is_some_and(|before| is(before, '<'))
    })
}

/// Parts that `ends` tells the last token of, with marks at the private ones.
fn parts(
    tokens: TokenStream,
    mut ends: impl FnMut(Option<&TokenTree>, &TokenTree) -> bool,
) -> TokenStream {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut kept: Vec<TokenTree> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        while let [hash, TokenTree::Group(_), ..] = &tokens[at..]
            && is(hash, '#')
        {
            kept.extend(tokens[at..at + 2].iter().cloned());
            at += 2;
        }
        if is_private(&tokens[at..]) {
            kept.extend(TokenStream::from_str(UNSTABLE).unwrap_or_default());
        }
        let start = at;
        while let Some(token) = tokens.get(at) {
            at += 1;
            kept.push(match token {
                TokenTree::Group(group) if is_of_items(&tokens[start..at - 1]) => {
                    within(group, methods)
                }
                token => token.clone(),
            });
            if ends(tokens[start..at - 1].last(), token) {
                break;
            }
        }
    }
    kept.into_iter().collect()
}

/// Whether what begins here is a field or a method that only its crate can use.
fn is_private(tokens: &[TokenTree]) -> bool {
    match tokens {
        [] => false,
        [TokenTree::Ident(word), TokenTree::Group(limit), ..] if word == "pub" => {
            // A field without a name may have a type in brackets: `pub (u8, u8)`.
            let first = limit.stream().into_iter().next();
            limit.delimiter() == Delimiter::Parenthesis
                && matches!(first, Some(TokenTree::Ident(word)) if ["crate", "self", "super", "in"].iter().any(|limit| word == limit))
        }
        [TokenTree::Ident(word), ..] if word == "pub" => false,
        // A macro makes what it makes.
        [TokenTree::Ident(_), mark, ..] if is(mark, '!') => false,
        [first, ..] => !is(first, ';') && !is(first, '$'),
    }
}

/// What the macro around structs is given, without the attributes that are its own, and without what runs when one is dropped.
fn unwrapped(tokens: TokenStream) -> TokenStream {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut kept: Vec<TokenTree> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if let [hash, TokenTree::Group(attribute), ..] = &tokens[at..]
            && is(hash, '#')
            && is_of_macro(attribute)
        {
            at += 2;
            continue;
        }
        if matches!(token, TokenTree::Ident(word) if word == "impl") && begins_item(&tokens[..at]) {
            break;
        }
        kept.push(match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                within(group, unwrapped)
            }
            token => token.clone(),
        });
        at += 1;
    }
    kept.into_iter().collect()
}

fn is_of_macro(attribute: &Group) -> bool {
    let first = attribute.stream().into_iter().next();
    matches!(first, Some(TokenTree::Ident(word)) if ["pin", "project", "project_ref", "project_replace"].iter().any(|own| word == own))
}

fn within(group: &Group, change: impl FnOnce(TokenStream) -> TokenStream) -> TokenTree {
    Group::new(group.delimiter(), change(group.stream())).into()
}

fn is(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(point) if point.as_char() == mark)
}

/// Whether an item may begin behind these tokens.
fn begins_item(before: &[TokenTree]) -> bool {
    match before.last() {
        None | Some(TokenTree::Group(_)) => true,
        Some(TokenTree::Ident(word)) => word == "unsafe" || word == "default",
        Some(token) => is(token, ';'),
    }
}

/// Whether the name of a struct ends here, or the list of its types.
fn ends_name(before: &[TokenTree]) -> bool {
    match before {
        [.., TokenTree::Ident(word), TokenTree::Ident(_)] => word == "struct",
        [.., arrow, last] => is(last, '>') && !is(arrow, '-'),
        _ => false,
    }
}

/// The macro that is called with what follows.
fn called(before: &[TokenTree]) -> Option<String> {
    match before {
        [.., TokenTree::Ident(name), mark] if is(mark, '!') => Some(name.to_string()),
        _ => None,
    }
}

/// How many tokens the name of the macro has that is called with what follows, its path and its mark included.
fn path(before: &[TokenTree]) -> usize {
    match before {
        [.., TokenTree::Ident(_), first, second, _, _] if is(first, ':') && is(second, ':') => 5,
        _ => 2,
    }
}

/// Whether what follows holds items: a module does, and what is compiled only where a feature is on.
pub(super) fn is_of_items(before: &[TokenTree]) -> bool {
    match before {
        [.., TokenTree::Ident(word), TokenTree::Ident(_)] => word == "mod",
        _ => called(before).is_some_and(|name| name.starts_with("cfg_") && name != "cfg_if"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn becomes(source: &str, expected: &str) {
        let tokens = |text| TokenStream::from_str(text).expect("it is made of tokens");
        assert_eq!(
            marked(tokens(source)).to_string(),
            tokens(expected).to_string()
        );
    }

    #[test]
    fn private_fields_are_marked() {
        becomes(
            "pub struct A<T: Fn(u8) -> u8> where T: B { #[c] a: D<u8, E>, pub b: u8, pub(crate) c: fn() -> u8 }",
            "pub struct A<T: Fn(u8) -> u8> where T: B { #[c] #[unstable] a: D<u8, E>, pub b: u8, #[unstable] pub(crate) c: fn() -> u8 }",
        );
        becomes(
            "struct A(u8, pub (u8, u8)); struct B<T>(T,); struct C;",
            "struct A(#[unstable] u8, pub (u8, u8)); struct B<T>(#[unstable] T,); struct C;",
        );
    }

    #[test]
    fn private_methods_of_a_type_are_marked_and_those_of_a_trait_are_not() {
        becomes(
            "impl<T> A<T> where for<'a> T: B<'a> { pub fn a() {} #[c] async fn b() -> D<{ 1 }> {} const E: u8 = { 1 }; pub(super) fn f(); }",
            "impl<T> A<T> where for<'a> T: B<'a> { pub fn a() {} #[c] #[unstable] async fn b() -> D<{ 1 }> {} #[unstable] const E: u8 = { 1 }; #[unstable] pub(super) fn f(); }",
        );
        let stays = "impl A for B { fn a() {} } trait C { fn b(); } fn d() -> impl E { f() } enum G { H { i: u8 } }";
        becomes(stays, stays);
    }

    #[test]
    fn modules_and_what_a_feature_brings_have_marks_and_macros_have_none() {
        becomes(
            "mod a { struct B { c: u8 } } cfg_rt! { impl D { fn e() {} } } impl F { cfg_io! { fn g() {} } }",
            "mod a { struct B { #[unstable] c: u8 } } cfg_rt! { impl D { #[unstable] fn e() {} } } impl F { cfg_io! { #[unstable] fn g() {} } }",
        );
        let stays = "macro_rules! m { (struct $a:ident { $b:ident }) => { impl A { fn b() {} } } } cfg_if! { if #[cfg(a)] { impl B { fn c() {} } } }";
        becomes(stays, stays);
    }

    #[test]
    fn a_struct_that_is_wrapped_for_futures_is_seen_as_it_is_written() {
        becomes(
            "pin_project_lite::pin_project! { #[project = P] #[derive(D)] pub struct A { #[pin] a: u8, pub b: u8 } impl PinnedDrop for A { fn drop() {} } } struct B;",
            "#[derive(D)] pub struct A { #[unstable] a: u8, pub b: u8 } struct B;",
        );
    }
}
