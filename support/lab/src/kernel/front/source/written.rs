//! What a name stands for in code that is being written, and therefore cannot be read yet.

use super::tokens::forgetting;
use crate::evcxr::source::rust;
use syn::visit::{self, Visit};
use syn::{Block, ExprPath, FieldValue};

/// The name that stands for the one in question.
const NAME: &str = "name_at_the_cursor";

/// What may be missing right behind the name for the code to be whole, and what behind it or behind a bracket around it.
const BEHIND_NAME: [&str; 3] = ["", " => {}", ": u8"];
const MISSING: [&str; 6] = ["", ";", " {}", " = 0;", " in [] {}", " = [] {}"];

/// Whether a name stands for a value rather than for a type, a pattern or a field, in code up to it and the brackets that close what
/// is open there; nothing where that cannot be told.
pub(crate) fn is_value(before: &str, closing: &[&str]) -> Option<bool> {
    let before = rust(before);
    forgetting(|| {
        let block = endings(closing).find_map(|ending| {
            let code = format!("{{\n{before}{NAME}{ending};\n}}");
            syn::parse_str::<Block>(&code).ok()
        })?;
        let mut values = Values(false);
        values.visit_block(&block);
        Some(values.0)
    })
}

/// What may follow the name, the shortest first: the brackets with something missing between two of them, and perhaps with a
/// semicolon at the end of each block around that.
fn endings(closing: &[&str]) -> impl Iterator<Item = String> {
    let ends = |ends: &str| {
        let end = |bracket: &&str| match *bracket {
            "}" => format!("{ends}}}"),
            other => other.to_owned(),
        };
        closing.iter().map(end).collect::<Vec<_>>()
    };
    let (plain, ended) = (ends(""), ends(";"));
    (0..=closing.len()).flat_map(move |inside| {
        let around = [plain[inside..].concat(), ended[inside..].concat()];
        let inside = plain[..inside].concat();
        let of_name = BEHIND_NAME.iter().flat_map(move |name| {
            let inside = inside.clone();
            let around = around.clone();
            MISSING.iter().flat_map(move |missing| {
                let begin = format!("{name}{inside}{missing}");
                around.clone().map(|around| format!("{begin}{around}"))
            })
        });
        of_name.collect::<Vec<_>>()
    })
}

/// Looks for the name among expressions.
struct Values(bool);

impl<'a> Visit<'a> for Values {
    fn visit_expr_path(&mut self, path: &'a ExprPath) {
        self.0 |= path.path.is_ident(NAME);
    }

    fn visit_field_value(&mut self, field: &'a FieldValue) {
        // Without a colon it is a field first.
        if field.colon_token.is_some() {
            visit::visit_field_value(self, field);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_name_stands_for_is_told_before_its_code_is_whole() {
        let rows = [
            ("f(", ")", Some(true)),
            ("let x: u8 = ", "", Some(true)),
            ("async fn f() -> u8 { let a = 1; ", "}", Some(true)),
            ("if ", "", Some(true)),
            ("let a = if f(", ")", Some(true)),
            ("fn f() { let x = async { let y = g(", ")}}", Some(true)),
            ("for a in ", "", Some(true)),
            ("match a { b => ", "}", Some(true)),
            ("P { x: ", "}", Some(true)),
            (":dep a\n0..", "", Some(true)),
            ("a < ", "", Some(true)),
            ("P { ", "}", Some(false)),
            ("let ", "", Some(false)),
            ("let Some(", ")", Some(false)),
            ("fn f() { while let Some(", ")}", Some(false)),
            ("for ", "", Some(false)),
            ("if let ", "", Some(false)),
            ("match a { ", "}", Some(false)),
            ("let x: ", "", Some(false)),
            ("fn f(", ")", Some(false)),
            ("use ", "", Some(false)),
            ("a as ", "", Some(false)),
            ("let x: Vec<", "", None),
            ("let x = );\nlet y = f(", ")", None),
        ];
        for (before, closing, expected) in rows {
            let closing: Vec<_> = closing.split("").filter(|one| !one.is_empty()).collect();
            assert_eq!(is_value(before, &closing), expected, "{before}");
        }
    }
}
