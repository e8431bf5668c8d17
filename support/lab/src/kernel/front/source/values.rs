//! What a cell leaves: its value, and its variables.

use super::tokens::{ask, forgetting, rust, sign};
use syn::visit::{self, Visit};
use syn::{Block, Pat, Stmt};

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
