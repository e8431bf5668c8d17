//! A cell by itself, as it is read before anything is put around it.
//!
//! Evcxr takes a cell apart by a parser that mends what it cannot read: of `let = 5;` nothing is left, and of two functions of one
//! name the last. So what the compiler gets from it may be right where the cell is not. Where a cell cannot be parsed, or defines a
//! name twice, the compiler is asked of the cell alone first.

use super::compiler::WITHIN;
use super::source::rust;
use cargo_metadata::diagnostic::Diagnostic;
use proc_macro2::TokenStream;
use std::collections::BTreeSet;
use syn::{Item, ItemFn, Stmt};

/// What the compiler says of a name that is defined twice.
const TWICE: &str = "E0428";

/// How deep brackets may lie in each other for a parser that calls itself for each.
const DEEPEST: usize = 128;

/// What has to be asked of a cell alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// It cannot be parsed.
    Syntax,
    /// It defines a name twice.
    Names,
}

impl Doubt {
    /// What is in doubt about a cell, if anything is.
    pub(super) fn of(code: &str) -> Option<Self> {
        let code = rust(code);
        if deepest(&code) > DEEPEST {
            return None;
        }
        let read = syn::parse_str::<ItemFn>(&within(&code));
        let doubt = match &read {
            Ok(function) => repeats(&function.block.stmts).then_some(Doubt::Names),
            Err(_) => Some(Doubt::Syntax),
        };
        proc_macro2::extra::invalidate_current_thread_spans();
        doubt
    }

    /// The sources to ask of, in this order. A cell whose brackets do not match is read without a function around it, which would be
    /// taken for a part of it.
    pub(super) fn sources(self, code: &str) -> Vec<String> {
        let code = rust(code);
        let read = code.parse::<TokenStream>();
        proc_macro2::extra::invalidate_current_thread_spans();
        let within = within(&code);
        match read {
            Ok(_) => vec![within],
            Err(_) => vec![code, within],
        }
    }

    /// Whether this is said of the cell. What the cell takes from others is missing where it is alone, and without a function
    /// statements are out of place.
    pub(super) fn is_about(self, said: &Diagnostic, source: &str) -> bool {
        match self {
            Doubt::Syntax => {
                is_about_syntax(said) && (source.starts_with(WITHIN) || is_about_ends(said))
            }
            Doubt::Names => said.code.as_ref().is_some_and(|code| code.code == TWICE),
        }
    }
}

/// Items of a cell are those of a module, where no function is around it.
pub(super) fn lift(said: &mut Diagnostic) {
    for child in &mut said.children {
        child.message = child.message.replace("of this block", "of this module");
    }
}

fn within(code: &str) -> String {
    format!("{WITHIN}\n{code}\n}}\n")
}

fn deepest(code: &str) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    for character in code.chars() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
    }
    most
}

/// Whether two items may have one name: what is a type and what is a value may.
fn repeats(statements: &[Stmt]) -> bool {
    let mut known = BTreeSet::new();
    let items = statements.iter().filter_map(|statement| match statement {
        Stmt::Item(item) => named(item),
        _ => None,
    });
    items
        .into_iter()
        .any(|(name, kind)| !known.insert((name, kind)))
}

/// The name of an item, and whether it is that of a type.
fn named(item: &Item) -> Option<(String, bool)> {
    let (name, is_type) = match item {
        Item::Const(item) => (&item.ident, false),
        Item::Fn(item) => (&item.sig.ident, false),
        Item::Static(item) => (&item.ident, false),
        Item::Enum(item) => (&item.ident, true),
        Item::Mod(item) => (&item.ident, true),
        Item::Struct(item) => (&item.ident, true),
        Item::Trait(item) => (&item.ident, true),
        Item::Type(item) => (&item.ident, true),
        Item::Union(item) => (&item.ident, true),
        _ => return None,
    };
    (name != "_").then(|| (name.to_string(), is_type))
}

/// Whether something was said while the source was parsed: only then it has no code, and is no lint. What cannot be found without the
/// other cells, such as a macro, has none either.
pub(super) fn is_about_syntax(said: &Diagnostic) -> bool {
    let numbered = ["E0758", "E0762", "E0763", "E0765", "E0766", "E0748"];
    match &said.code {
        Some(code) => numbered.contains(&code.code.as_str()),
        None => !said.message.starts_with("cannot find "),
    }
}

/// Whether a bracket or a quote is not closed, or a comment.
fn is_about_ends(said: &Diagnostic) -> bool {
    ["delimiter", "unterminated"]
        .iter()
        .any(|word| said.message.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_parsed_or_defines_a_name_twice_is_in_doubt() {
        for code in [
            "let = 5;",
            "}",
            "let x = ;",
            "use std::fmt",
            "fn f( { }",
            "1 2",
        ] {
            assert_eq!(Doubt::of(code), Some(Doubt::Syntax), "{code}");
        }
        for code in [
            "fn f() {}\nfn f() {}",
            "struct A;\nenum A { B }",
            "const A: u8 = 1;\nstatic A: u8 = 1;",
        ] {
            assert_eq!(Doubt::of(code), Some(Doubt::Names), "{code}");
        }
        for code in [
            "",
            "// nothing",
            ":dep rand = \"1\"\nlet a = 1;",
            "!ls\n1 + 1",
            "#![allow(unused)]\nfn f() {}",
            "mod f {}\nfn f() {}",
            "const _: () = ();\nconst _: () = ();",
            "struct A; impl A {} impl A {}",
            "let a = 1; let a = 2; { fn f() {} } fn f() {}",
            "let f = async |x: u32| x; f(1).await",
            "tokio::select! { x = a => {}, else => {} }",
        ] {
            assert_eq!(Doubt::of(code), None, "{code}");
        }
        assert_eq!(Doubt::of(&"(".repeat(100_000)), None);
    }

    #[test]
    fn without_its_brackets_a_cell_is_read_without_a_function_first() {
        let count = |code| Doubt::Syntax.sources(code).len();
        assert_eq!((count("}"), count("(1"), count("let = 5;")), (2, 2, 1));
    }
}
