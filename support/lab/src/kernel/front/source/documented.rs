//! A cell that begins with documentation.

use super::tokens::forgetting;
use crate::evcxr::source::rust;
use syn::{Block, Stmt};

/// The cell, if it begins with the documentation of an item, as evcxr keeps it: before the first line of Rust it reads over lines
/// that begin with `//`, so this one begins with a space.
pub(crate) fn documented(code: &str) -> Option<String> {
    let is_documentation = |line: &str| line.starts_with("///") && !line.starts_with("////");
    let is_command = |line: &str| line.starts_with('!') || line.trim_start().starts_with(':');
    let mut start = 0;
    for line in code.split_inclusive('\n') {
        if is_documentation(line) {
            break;
        }
        if !line.starts_with("//") && !line.trim().is_empty() && !is_command(line) {
            return None;
        }
        start += line.len();
    }
    let (before, documented) = code.split_at(start);
    let is_rust = !documented.is_empty() && !documented.lines().any(is_command);
    // Elsewhere than before an item, it is a mistake.
    let is_item = |code: &str| {
        let block = syn::parse_str::<Block>(&format!("{{\n{code}\n}}"));
        block.is_ok_and(|block| matches!(block.stmts.first(), Some(Stmt::Item(_))))
    };
    (is_rust && forgetting(|| is_item(&rust(documented)))).then(|| format!("{before} {documented}"))
}

/// The cell, if it begins with a bracket that closes nothing, so that evcxr reads it: it puts a cell into brackets, and reads up to
/// the first that closes them.
pub(crate) fn opened(code: &str) -> Option<String> {
    let rust = rust(code);
    let begins = rust.lines().position(|line| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with("//")
    })?;
    let start: usize = code.split_inclusive('\n').take(begins).map(str::len).sum();
    let (before, rest) = code.split_at(start);
    rest.trim_start()
        .starts_with('}')
        .then(|| format!("{before}();{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bracket_that_closes_nothing_is_read() {
        assert_eq!(opened("}"), Some("();}".to_owned()));
        assert_eq!(
            opened(":dep a\n// b\n\n  } x").as_deref(),
            Some(":dep a\n// b\n\n();  } x")
        );
        for code in ["", "{ }", "x\n}", ":dep a", "// }"] {
            assert_eq!(opened(code), None, "{code}");
        }
    }

    #[test]
    fn documentation_of_an_item_is_kept_and_nothing_else_changes() {
        let rows = [
            (
                "/// Adds.\n/// One.\nfn add() {}\nadd()",
                " /// Adds.\n/// One.\nfn add() {}\nadd()",
            ),
            (
                ":dep a\n// b\n\n/// C.\n#[d]\nstruct E;",
                ":dep a\n// b\n\n /// C.\n#[d]\nstruct E;",
            ),
            (
                "/// M.\nmacro_rules! m { () => {} }",
                " /// M.\nmacro_rules! m { () => {} }",
            ),
            ("/// Of a value.\nlet a = 1;", ""),
            ("/// Of nothing.", ""),
            ("/// Before a command.\n:dep a\nfn b() {}", ""),
            ("//// A line.\nfn a() {}", ""),
            ("fn a() {}\n/// B.\nfn b() {}", ""),
            ("/// A.\nfn a( {}", ""),
        ];
        for (code, kept) in rows {
            assert_eq!(documented(code).unwrap_or_default(), kept, "{code}");
        }
    }
}
