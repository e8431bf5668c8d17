//! What a cell leaves: its value, and its variables.

use super::tokens::{ask, forgetting, sign};
use crate::evcxr::source::rust;
use proc_macro2::{LineColumn, Span};
use std::ops::Range;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, Expr, Local, Pat, Stmt};

/// Whether a cell ends in a value, not in a statement.
pub(crate) fn ends_in_value(code: &str) -> bool {
    let value = |tokens: &[_]| tokens.last().is_some_and(|last| !sign(last, ';'));
    ask(code, value).unwrap_or(true)
}

/// The variables that a cell makes, in the order of the source.
pub(crate) fn variables(code: &str) -> Vec<String> {
    forgetting(|| {
        let Ok(block) = syn::parse_str::<Block>(&format!("{{\n{}\n}}", rust(code))) else {
            return Vec::new();
        };
        let mut names = Names::default();
        for statement in &block.stmts {
            if let Stmt::Local(local) = statement {
                names.visit_pat(&local.pat);
            }
        }
        names.0
    })
}

/// The bytes of the expression that a cell ends in, if it ends in one.
pub(crate) fn value(code: &str) -> Option<Range<usize>> {
    of_block(code, |block| match block.stmts.last()? {
        Stmt::Expr(expression, None) => Some(expression.span()),
        Stmt::Macro(call) if call.semi_token.is_none() => Some(call.span()),
        _ => None,
    })
}

/// The bytes of the expression that a variable gets for its first value.
pub(crate) fn initial(code: &str, name: &str) -> Option<Range<usize>> {
    of_block(code, |block| Some(initial_of(block, name)?.span()))
}

/// How a variable is made that has a `let` of its own, in bytes of the cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    /// Its type, where it is written.
    pub(crate) kind: Option<Range<usize>>,
    /// Its first value.
    pub(crate) value: Range<usize>,
    /// What the value borrows, where it is a `&` before it.
    pub(crate) borrowed: Option<Range<usize>>,
    /// A method can be called on what is borrowed, or on the value where nothing is, as it is written.
    pub(crate) takes_method: bool,
    /// It borrows to change what it borrows.
    pub(crate) is_changed_by: bool,
}

/// How a variable is made.
pub(crate) fn made(code: &str, name: &str) -> Option<Made> {
    in_block(code, |block, bytes| {
        let local = local_of(block, name)?;
        let (pattern, kind) = match &local.pat {
            Pat::Type(typed) => (&*typed.pat, Some(bytes(typed.ty.span())?)),
            pattern => (pattern, None),
        };
        let is_alone = matches!(pattern, Pat::Ident(pattern) if pattern.subpat.is_none());
        let value = &*local.init.as_ref().filter(|_| is_alone)?.expr;
        let (borrowed, is_changed_by) = match value {
            Expr::Reference(borrow) => (Some(&*borrow.expr), borrow.mutability.is_some()),
            _ => (None, false),
        };
        let takes_method = matches!(
            borrowed.unwrap_or(value),
            Expr::Path(_)
                | Expr::Index(_)
                | Expr::Field(_)
                | Expr::Call(_)
                | Expr::MethodCall(_)
                | Expr::Await(_)
                | Expr::Try(_)
                | Expr::Paren(_)
                | Expr::Macro(_)
        );
        Some(Made {
            kind,
            value: bytes(value.span())?,
            borrowed: match borrowed {
                Some(borrowed) => Some(bytes(borrowed.span())?),
                None => None,
            },
            takes_method,
            is_changed_by,
        })
    })
}

/// Whether a cell says which type the numbers of a variable have: without it, they have the type that the language takes then.
pub(crate) fn says_type(code: &str, name: &str) -> bool {
    made(code, name).is_some_and(|made| {
        let value = &code[made.value];
        made.kind.is_some() || DEFAULTS.iter().any(|kind| value.contains(kind))
    })
}

/// The types of numbers that nobody has given one.
pub(crate) const DEFAULTS: [&str; 2] = ["i32", "f64"];

pub(super) fn initial_of<'a>(block: &'a Block, name: &str) -> Option<&'a Expr> {
    let local = local_of(block, name)?;
    local.init.as_ref().map(|init| &*init.expr)
}

/// The last statement that makes a variable with a value.
fn local_of<'a>(block: &'a Block, name: &str) -> Option<&'a Local> {
    block.stmts.iter().rev().find_map(|statement| {
        let Stmt::Local(local) = statement else {
            return None;
        };
        let mut names = Names::default();
        names.visit_pat(&local.pat);
        let made = names.0.iter().any(|made| made == name);
        (made && local.init.is_some()).then_some(local)
    })
}

/// What is found in a cell that can be parsed, in bytes of its code.
fn of_block(code: &str, find: impl FnOnce(&Block) -> Option<Span>) -> Option<Range<usize>> {
    in_block(code, |block, bytes| bytes(find(block)?))
}

/// What is found in a cell that can be parsed. The second argument of `find` tells the bytes of the code that a span has.
pub(super) fn in_block<T>(
    code: &str,
    find: impl FnOnce(&Block, &dyn Fn(Span) -> Option<Range<usize>>) -> Option<T>,
) -> Option<T> {
    forgetting(|| {
        let block = syn::parse_str::<Block>(&format!("{{\n{}\n}}", rust(code))).ok()?;
        let byte = |place: LineColumn| {
            // The first line is the bracket.
            let line = code.split_inclusive('\n').take(place.line.checked_sub(2)?);
            let start = line.map(str::len).sum::<usize>();
            let rest = code.get(start..)?.char_indices().nth(place.column);
            Some(rest.map_or(code.len(), |(at, _)| start + at))
        };
        find(&block, &|span: Span| {
            Some(byte(span.start())?..byte(span.end())?)
        })
    })
}

#[derive(Default)]
struct Names(Vec<String>);

impl Visit<'_> for Names {
    fn visit_pat(&mut self, pattern: &Pat) {
        if let Pat::Ident(name) = pattern {
            let name = name.ident.to_string();
            // What begins with a capital is a constant, such as `None`.
            if !name.starts_with(char::is_uppercase) && !self.0.contains(&name) {
                self.0.push(name);
            }
        }
        visit::visit_pat(self, pattern);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_told_from_a_statement() {
        for value in ["1", "f(\"a;\")", "x; y", "{ 1; }", "x // ;"] {
            assert!(ends_in_value(value), "{value}");
        }
        for statement in ["", "x;", "let a = 1; // then", "f(); /* why */"] {
            assert!(!ends_in_value(statement), "{statement}");
        }
    }

    #[test]
    fn expressions_are_found_where_they_stand() {
        let code =
            ":dep rand = \"1\"\nlet größe = fetch(1);\nlet b = {\n  2 };\nfetch(größe)  // ä\n";
        assert_eq!(&code[value(code).expect("a value")], "fetch(größe)");
        assert_eq!(&code[initial(code, "größe").expect("one")], "fetch(1)");
        assert_eq!(&code[initial(code, "b").expect("one")], "{\n  2 }");
        assert_eq!(initial(code, "c"), None);
        assert_eq!(value("let a = 1;"), None);
        assert_eq!(value("fetch(1"), None);
    }

    #[test]
    fn how_a_variable_is_made_is_taken_apart() {
        let code = "let ä: &String = &words[0];\nlet b = &mut list;\nlet (c, d) = (1, &e);";
        let found = made(code, "ä").expect("it is made");
        assert_eq!(&code[found.kind.expect("it is written")], "&String");
        assert_eq!(&code[found.borrowed.expect("it borrows")], "words[0]");
        assert!(found.takes_method && !found.is_changed_by);
        assert!(made(code, "b").is_some_and(|made| made.is_changed_by));
        assert_eq!(made(code, "d"), None);
        assert!(made("let a = b + 1;", "a").is_some_and(|made| !made.takes_method));
    }

    #[test]
    fn a_number_without_a_type_is_told_from_one_with() {
        for code in [
            "let n = 3;",
            "let n = vec![1, 2];",
            "let (n, _) = (1.5, 2);",
        ] {
            assert!(!says_type(code, "n"), "{code}");
        }
        for code in ["let n: i32 = 3;", "let n = 3i32;"] {
            assert!(says_type(code, "n"), "{code}");
        }
    }

    #[test]
    fn variables_are_named_in_their_order() {
        let rows: [(&str, &[&str]); 6] = [
            ("let a = 1;\nlet mut b = 2;", &["a", "b"]),
            ("let (x, _, Some(y)) = f() else { return };", &["x", "y"]),
            ("let P { x, y: [z, ..] } = p;", &["x", "z"]),
            (
                ":dep rand = \"1\"\nlet a = { let inner = 1; inner };\na",
                &["a"],
            ),
            ("if let Some(a) = b { let c = a; }", &[]),
            ("let a = ", &[]),
        ];
        for (code, names) in rows {
            assert_eq!(variables(code), names, "{code}");
        }
    }
}
