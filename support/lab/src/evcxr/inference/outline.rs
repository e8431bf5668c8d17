//! The outline of a source file: everything that types are made of, without what functions do.
//!
//! Type inference never looks into the body of a function, yet rust-analyzer keeps the text of every file and expands
//! macros with all they hold. An outline has no comments, of each documentation the first paragraph, and empty functions.

use super::visibility;
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use std::str::FromStr;

/// How much of the documentation is kept, which JupyterLab shows where a learner asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Documentation {
    Whole,
    FirstParagraph,
}

/// Attributes that say nothing about types.
const LEFT_OUT: [&str; 13] = [
    "allow",
    "cold",
    "deny",
    "expect",
    "forbid",
    "inline",
    "must_use",
    "rustc_allow_const_fn_unstable",
    "rustc_const_stable",
    "rustc_inherit_overflow_checks",
    "stable",
    "track_caller",
    "warn",
];

/// The longest body of a `const fn` that is kept, in tokens: lengths of arrays are computed with such functions.
const SHORT: usize = 16;

/// The outline of a file; nothing where the text is not made of Rust's tokens.
pub(crate) fn outline(source: &str, documentation: Documentation) -> Option<String> {
    let tokens = visibility::marked(TokenStream::from_str(source).ok()?);
    Some(Place::Items.outline(tokens, documentation).to_string())
}

/// Where tokens stand. What a macro is given, it may match one by one: attributes stay there, and bodies which it fills in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Items,
    Macro,
}

impl Place {
    fn outline(self, tokens: TokenStream, documentation: Documentation) -> TokenStream {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut kept: Vec<TokenTree> = Vec::with_capacity(tokens.len());
        let mut function = None;
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            if let Some(comment) = Comment::at(&tokens[at..]) {
                let end = at + comment.length;
                match documentation {
                    _ if self == Place::Macro && !exports_macro(&tokens[end..]) => {}
                    Documentation::Whole => kept.extend(tokens[at..end].iter().cloned()),
                    Documentation::FirstParagraph => kept.extend(comment.first_paragraph()),
                }
                at = end;
                continue;
            }
            if let Some((length, attribute)) = attribute(&tokens[at..]) {
                if self == Place::Macro || !is_left_out(attribute) {
                    kept.extend(tokens[at..at + length].iter().cloned());
                }
                at += length;
                continue;
            }
            match token {
                TokenTree::Ident(word) if word == "fn" && names_function(tokens.get(at + 1)) => {
                    function = Some(Function {
                        is_const: is_const(&tokens[..at]),
                    });
                    kept.push(token.clone());
                }
                TokenTree::Punct(point) if point.as_char() == ';' => {
                    function = None;
                    kept.push(token.clone());
                }
                TokenTree::Group(group) => {
                    let body = group.delimiter() == Delimiter::Brace && !is_argument(&tokens[..at]);
                    let stays = match &function {
                        Some(function) if body => self.keeps_body(function, &group.stream()),
                        _ => true,
                    };
                    if body {
                        function = None;
                    }
                    let inner = if stays {
                        self.of_group(&tokens[..at])
                            .outline(group.stream(), documentation)
                    } else {
                        TokenStream::from_str("loop {}").unwrap_or_default()
                    };
                    kept.push(Group::new(group.delimiter(), inner).into());
                }
                _ => kept.push(token.clone()),
            }
            at += 1;
        }
        kept.into_iter().collect()
    }

    fn keeps_body(self, function: &Function, body: &TokenStream) -> bool {
        (self == Place::Macro && has_variable(body)) || (function.is_const && is_short(body))
    }

    /// Where the tokens of a group stand, by what is written before it.
    fn of_group(self, before: &[TokenTree]) -> Place {
        if visibility::is_of_items(before) {
            return self;
        }
        let is_mark =
            |token: &TokenTree| matches!(token, TokenTree::Punct(point) if point.as_char() == '!');
        let is_macro = match before {
            [.., last] if is_mark(last) => true,
            [.., mark, TokenTree::Ident(_)] if is_mark(mark) => true,
            [.., TokenTree::Ident(word), TokenTree::Ident(_)] => word == "macro",
            [
                ..,
                TokenTree::Ident(word),
                TokenTree::Ident(_),
                TokenTree::Group(_),
            ] => word == "macro",
            _ => false,
        };
        if is_macro { Place::Macro } else { self }
    }
}

/// A function whose body is still to come.
struct Function {
    is_const: bool,
}

/// An attribute that begins here: how many tokens it has, and what its brackets hold.
fn attribute(tokens: &[TokenTree]) -> Option<(usize, &Group)> {
    let is = |token: &TokenTree, mark: char| matches!(token, TokenTree::Punct(point) if point.as_char() == mark);
    let (length, group) = match tokens {
        [hash, TokenTree::Group(group), ..] if is(hash, '#') => (2, group),
        [hash, mark, TokenTree::Group(group), ..] if is(hash, '#') && is(mark, '!') => (3, group),
        _ => return None,
    };
    (group.delimiter() == Delimiter::Bracket).then_some((length, group))
}

/// Whether a macro for everybody is defined here: its documentation is shown, also where a macro puts it there.
fn exports_macro(tokens: &[TokenTree]) -> bool {
    let mut at = 0;
    while let Some((length, attribute)) = attribute(&tokens[at..]) {
        let first = attribute.stream().into_iter().next();
        if matches!(first, Some(TokenTree::Ident(word)) if word == "macro_export") {
            return true;
        }
        at += length;
    }
    false
}

/// A documentation comment: to the compiler, an attribute for each line.
struct Comment {
    /// Tokens that it takes.
    length: usize,
    /// The tokens before the brackets: `#`, and `!` where it documents what it stands in.
    mark: Vec<TokenTree>,
    text: String,
}

impl Comment {
    /// The comment that begins with the first of these tokens.
    fn at(tokens: &[TokenTree]) -> Option<Self> {
        let (first, _) = attribute(tokens)?;
        let (mut length, mut lines) = (0, Vec::new());
        while let Some((next, attribute)) = attribute(&tokens[length..])
            && next == first
            && let Some(line) = documented(attribute)
        {
            lines.push(line);
            length += next;
        }
        (length > 0).then(|| Comment {
            length,
            mark: tokens[..first - 1].to_vec(),
            text: lines.join("\n"),
        })
    }

    /// The comment again, with the lines before the first empty one.
    fn first_paragraph(self) -> Vec<TokenTree> {
        let lines = self.text.lines();
        let lines: Vec<_> = lines
            .skip_while(|line| line.trim().is_empty())
            .take_while(|line| !line.trim().is_empty())
            .collect();
        let inner: [TokenTree; 3] = [
            Ident::new("doc", Span::call_site()).into(),
            Punct::new('=', Spacing::Alone).into(),
            Literal::string(&lines.join("\n")).into(),
        ];
        let mut comment = self.mark;
        comment.push(Group::new(Delimiter::Bracket, inner.into_iter().collect()).into());
        comment
    }
}

/// A line of a documentation comment.
fn documented(attribute: &Group) -> Option<String> {
    let tokens: Vec<_> = attribute.stream().into_iter().collect();
    match tokens.as_slice() {
        [
            TokenTree::Ident(name),
            TokenTree::Punct(_),
            TokenTree::Literal(literal),
        ] if name == "doc" => Some(unquoted(&literal.to_string())),
        _ => None,
    }
}

/// What a literal says, near enough for documentation.
fn unquoted(literal: &str) -> String {
    if literal.starts_with('r') {
        return literal
            .trim_start_matches('r')
            .trim_matches('#')
            .trim_matches('"')
            .to_owned();
    }
    let inner = literal.strip_prefix('"').unwrap_or(literal);
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    inner
        .replace("\\n", "\n")
        .replace("\\\"", "\"")
        .replace("\\'", "'")
        .replace("\\\\", "\\")
}

fn is_left_out(attribute: &Group) -> bool {
    let mut tokens = attribute.stream().into_iter();
    let (Some(TokenTree::Ident(name)), next) = (tokens.next(), tokens.next()) else {
        return false;
    };
    let computed = name == "doc" && matches!(next, Some(TokenTree::Punct(_)));
    computed || LEFT_OUT.iter().any(|known| name == known)
}

/// Whether `fn` begins a function here, rather than a type such as `fn(u8)`.
fn names_function(next: Option<&TokenTree>) -> bool {
    match next {
        Some(TokenTree::Ident(_)) => true,
        Some(TokenTree::Punct(point)) => point.as_char() == '$',
        _ => false,
    }
}

/// Whether `const` is among the words that stand before `fn`.
fn is_const(before: &[TokenTree]) -> bool {
    before
        .iter()
        .rev()
        .map_while(|token| match token {
            TokenTree::Ident(word) => Some(word.to_string()),
            TokenTree::Literal(literal) => Some(literal.to_string()),
            _ => None,
        })
        .take_while(|word| ["const", "unsafe", "extern", "async", "\"C\""].contains(&word.as_str()))
        .any(|word| word == "const")
}

/// Whether what follows is an argument of a type, as in `Assert<{ N > 0 }>`.
fn is_argument(before: &[TokenTree]) -> bool {
    matches!(before.last(), Some(TokenTree::Punct(point)) if point.as_char() == '<')
}

fn has_variable(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Punct(point) => point.as_char() == '$',
        TokenTree::Group(group) => has_variable(&group.stream()),
        _ => false,
    })
}

fn is_short(tokens: &TokenStream) -> bool {
    fn count(tokens: TokenStream) -> usize {
        tokens
            .into_iter()
            .map(|token| match token {
                TokenTree::Group(group) => 1 + count(group.stream()),
                _ => 1,
            })
            .sum()
    }
    count(tokens.clone()) <= SHORT
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spaces do not count.
    #[track_caller]
    fn becomes(source: &str, expected: &str) {
        let made = outline(source, Documentation::FirstParagraph).expect("it is made of tokens");
        let expected = TokenStream::from_str(expected).expect("it is made of tokens");
        let dense = |text: &str| text.replace(' ', "");
        assert_eq!(dense(&made), dense(&expected.to_string()));
    }

    #[test]
    fn bodies_and_comments_go() {
        becomes(
            "// why\nimpl A { #[inline] pub async fn f<T>(&self, n: [u8; 4]) -> u8 where T: Send, { n[0] } }",
            "impl A { pub async fn f<T>(&self, n: [u8; 4]) -> u8 where T: Send, { loop {} } }",
        );
    }

    #[test]
    fn types_and_values_of_functions_stay() {
        becomes(
            "const F: fn(u8) -> u8 = { g }; trait T { fn f(); fn g() -> Assert<{ N }>; }",
            "const F: fn(u8) -> u8 = { g }; trait T { fn f(); fn g() -> Assert<{ N }>; }",
        );
    }

    #[test]
    fn a_short_const_fn_stays_and_a_long_one_goes() {
        becomes(
            "pub const unsafe fn size() -> usize { intrinsics::size_of::<T>() }",
            "pub const unsafe fn size() -> usize { intrinsics::size_of::<T>() }",
        );
        let long = "a(b, c, d, e, f, g, h, i, j);";
        becomes(
            &format!("const fn size() {{ {long} }}"),
            "const fn size() { loop {} }",
        );
    }

    #[test]
    fn the_first_paragraph_of_a_documentation_stays() {
        becomes(
            "//! Of the module.\n\n/// One \"quoted\"\n/// two.\n///\n/// Three.\n#[stable] #[cfg(unix)] struct A;",
            "#![doc = \" Of the module.\"] #[doc = \" One \\\"quoted\\\"\\n two.\"] #[cfg(unix)] struct A;",
        );
    }

    #[test]
    fn what_a_macro_matches_or_fills_in_stays() {
        let kept = "macro_rules! m { ($(#[$a:meta])* $t:ty) => { fn f() { g::<$t>() } #[stable] fn h() { loop {} } } }";
        becomes(kept, kept);
        becomes(
            "lazy! { #[inline] fn f() { g() } }",
            "lazy! { #[inline] fn f() { loop {} } }",
        );
    }

    #[test]
    fn what_is_there_with_a_feature_is_as_documented_as_what_always_is() {
        becomes(
            "cfg_rt! { /// Spawns.\n #[inline] pub fn f() { g() } }",
            "cfg_rt! { #[doc = \" Spawns.\"] pub fn f() { loop {} } }",
        );
    }

    #[test]
    fn a_macro_for_everybody_keeps_its_documentation_where_another_puts_it_there() {
        becomes(
            "macro_rules! doc { ($join:item) => { /// Waits.\n #[cfg(a)] #[macro_export] $join } }",
            "macro_rules! doc { ($join:item) => { #[doc = \" Waits.\"] #[cfg(a)] #[macro_export] $join } }",
        );
    }

    #[test]
    fn all_of_our_own_documentation_stays() {
        let source = "/// One.\n///\n/// Two.\nfn f() {}";
        let made = outline(source, Documentation::Whole).expect("it is made of tokens");
        assert!(made.contains("Two."), "{made}");
    }

    #[test]
    fn what_is_not_rust_has_no_outline() {
        assert_eq!(outline("fn f( {", Documentation::Whole), None);
    }
}
