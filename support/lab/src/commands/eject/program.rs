//! A program made of cells.

use super::items::Items;
use anyhow::{Result, anyhow};
use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Attribute, Block, Expr, Macro, Stmt};

/// The cells so far, taken apart.
#[derive(Debug, Default)]
pub(super) struct Program {
    items: Items,
    /// The statements before the first `.await`, each with its cell.
    without_runtime: Vec<(usize, String)>,
    /// The others.
    inside: Vec<(usize, String)>,
    awaits: bool,
}

/// What begins a line that says from which cell the next ones are.
const FROM: &str = "// From cell ";

impl Program {
    /// Adds a cell. Lines for the kernel, such as `:dep`, are left out, and so are lints: they are for the notebook.
    pub(super) fn add(&mut self, cell: usize, source: &str) -> Result<()> {
        let kept: Vec<&str> = source
            .lines()
            .filter(|line| !line.starts_with(':'))
            .collect();
        let code = kept.join("\n");
        let (mut done, statements) = (|input: ParseStream| {
            let lints = input.call(Attribute::parse_inner)?;
            let end = lints.last().map_or(0, |lint| lint.span().byte_range().end);
            Ok((end, input.call(Block::parse_within)?))
        })
        .parse_str(&code)
        .map_err(|error| anyhow!("{error}"))?;
        self.awaits |= statements.iter().any(awaits);
        let last = statements.len().saturating_sub(1);
        for (index, statement) in statements.iter().enumerate() {
            let span = statement.span().byte_range();
            // With the comments before it.
            let text = code[done..span.end].trim();
            done = span.end;
            match statement {
                Stmt::Item(item) => self.items.add(cell, item, text),
                Stmt::Expr(expression, None) if index == last && is_a_value(expression) => {
                    self.statement(cell, format!("show!({text});"));
                }
                Stmt::Macro(call) if index == last && call.semi_token.is_none() => {
                    self.statement(cell, format!("show!({text});"));
                }
                _ => self.statement(cell, text.to_owned()),
            }
        }
        let rest = code[done..].trim();
        if !rest.is_empty() {
            self.statement(cell, rest.to_owned());
        }
        Ok(())
    }

    /// Adds the title of what follows.
    pub(super) fn title(&mut self, cell: usize, title: &str) {
        self.statement(cell, format!("\n// {title}"));
    }

    fn statement(&mut self, cell: usize, text: String) {
        let body = if self.awaits {
            &mut self.inside
        } else {
            &mut self.without_runtime
        };
        body.push((cell, text));
    }

    /// The source of the program, which rustfmt is to lay out.
    pub(super) fn text(&self, about: &str) -> String {
        let marked = self.marked(about);
        let lines = marked.lines().filter(|line| !line.starts_with(FROM));
        lines.fold(String::new(), |text, line| text + line + "\n")
    }

    /// The same with lines that say from which cell the next ones are.
    pub(super) fn marked(&self, about: &str) -> String {
        let head = format!(
            "//! {about}\n\n\
             #![allow(unused, reason = \"a notebook shows what is not used, too\")]\n\n\
             #[macro_use]\nmod show;\n\n"
        );
        // A cell may have a name of its own for results, and even a `main`, which then is not the program's.
        let result = "std::result::Result<(), Box<dyn std::error::Error>>";
        let cells = |main: &str| {
            format!(
                "{uses}\n\n{items}\n\n{main}() -> {result} {{\n\
                 {before}\n\
                 // From here on, as in the notebook after its first `.await`, everything runs inside a runtime.\n\
                 tokio::runtime::Runtime::new()?.block_on(async {{\n\
                 {inside}\
                 Ok(())\n}})\n}}\n",
                uses = with_cells(self.items.uses()),
                items = with_cells(self.items.items()),
                before = with_cells(self.without_runtime.clone()),
                inside = with_cells(self.inside.clone()),
            )
        };
        if self.items.has_function("main") {
            let cells = cells("pub(super) fn run_all_cells");
            return format!(
                "{head}mod cells {{\n{cells}}}\n\nfn main() -> {result} {{\n    cells::run_all_cells()\n}}\n"
            );
        }
        format!("{head}{}", cells("fn main"))
    }
}

fn with_cells(parts: impl IntoIterator<Item = (usize, impl AsRef<str>)>) -> String {
    parts.into_iter().fold(String::new(), |text, (cell, part)| {
        text + &format!("{FROM}{cell}\n{}\n", part.as_ref())
    })
}

/// The cell that a line, counted from one, of a marked program is from.
pub(super) fn cell_of(marked: &str, line: usize) -> Option<usize> {
    let before: Vec<&str> = marked.lines().take(line).collect();
    let from = before.iter().rev().find_map(|line| line.strip_prefix(FROM));
    from?.parse().ok()
}

/// Prints a value as the kernel does, in words: by its `Display` where it has one, else by its `Debug`. A module of its
/// own, so that cells may use the same names.
pub(super) const SHOW: &str = r#"//! Prints what a cell ends with, in words.

/// What a cell ends with.
pub(crate) struct Shown<'a, T>(pub(crate) &'a T);

/// Words for programmers.
pub(crate) trait ByDebug {
    fn words(&self) -> String;
}

impl<T: std::fmt::Debug> ByDebug for Shown<'_, T> {
    fn words(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// Words for people.
pub(crate) trait ByDisplay {
    fn words(&self) -> String;
}

impl<T: std::fmt::Display> ByDisplay for &Shown<'_, T> {
    fn words(&self) -> String {
        self.0.to_string()
    }
}

/// Prints what a cell ends with: for people where it can be, else for programmers.
macro_rules! show {
    ($value:expr) => {
        {
            #[allow(unused_imports)]
            use $crate::show::{ByDebug as _, ByDisplay as _};
            println!("{}", (&&$crate::show::Shown(&$value)).words())
        }
    };
}
"#;

/// Loops and the like end a cell without a value.
fn is_a_value(expression: &Expr) -> bool {
    !matches!(
        expression,
        Expr::ForLoop(_) | Expr::While(_) | Expr::Assign(_)
    )
}

/// Whether a statement awaits by itself, rather than in a function or a block that it only defines.
fn awaits(statement: &Stmt) -> bool {
    struct Awaits(bool);
    impl<'ast> Visit<'ast> for Awaits {
        fn visit_expr_await(&mut self, _: &'ast syn::ExprAwait) {
            self.0 = true;
        }
        fn visit_expr_async(&mut self, _: &'ast syn::ExprAsync) {}
        fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
        fn visit_item(&mut self, _: &'ast syn::Item) {}
        fn visit_macro(&mut self, call: &'ast Macro) {
            let name = call.path.segments.last().map(|part| part.ident.to_string());
            self.0 |= ["join", "try_join", "select"].contains(&name.unwrap_or_default().as_str())
                || awaits_in_tokens(call.tokens.clone());
        }
    }
    let mut awaits = Awaits(false);
    awaits.visit_stmt(statement);
    awaits.0
}

/// Whether there is an `.await` among tokens that is not inside an `async` block.
fn awaits_in_tokens(tokens: TokenStream) -> bool {
    let mut inside_async = false;
    for token in tokens {
        match token {
            TokenTree::Ident(word) if word == "async" => inside_async = true,
            TokenTree::Ident(word) if word == "await" => return true,
            TokenTree::Group(_) if inside_async => inside_async = false,
            TokenTree::Group(group) if awaits_in_tokens(group.stream()) => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(cells: &[&str]) -> Program {
        let mut program = Program::default();
        for (number, cell) in cells.iter().enumerate() {
            program.add(number, cell).expect("Rust");
        }
        program
    }

    fn texts<'a>(parts: impl IntoIterator<Item = &'a (usize, String)>) -> String {
        parts
            .into_iter()
            .fold(String::new(), |text, (_, part)| text + part + "\n")
    }

    #[test]
    fn items_go_to_the_top_and_statements_into_main() {
        let program = program(&[
            ":dep tokio = \"1\"\nuse std::time::Duration;",
            "use std::time::Duration;\n/// Two.\nfn two() -> u8 { 2 }\nlet a = two();",
            "// how many\na + 1",
        ]);
        let uses: Vec<_> = program.items.uses().collect();
        assert_eq!(uses, [(0, "use std::time::Duration;")]);
        let items: Vec<_> = program.items.items().collect();
        assert_eq!(items, [(1, "/// Two.\nfn two() -> u8 { 2 }")]);
        let marked = program.marked("x");
        let line = 1 + marked
            .lines()
            .position(|line| line == "a + 1);")
            .expect("there");
        assert_eq!(cell_of(&marked, line), Some(2));
        assert!(!program.text("x").contains(FROM));
        assert_eq!(
            texts(&program.without_runtime),
            "let a = two();\nshow!(// how many\na + 1);\n"
        );
        assert!(program.inside.is_empty());
    }

    #[test]
    fn lints_of_a_cell_stay_in_the_notebook_and_a_main_of_its_own_is_no_trouble() {
        let program = program(&[
            "#![deny(unused_must_use)]\n// one\nlet a = 1;",
            "fn main() {}",
        ]);
        assert_eq!(texts(&program.without_runtime), "// one\nlet a = 1;\n");
        let text = program.text("x");
        assert!(text.contains("mod cells {") && text.contains("cells::run_all_cells()"));
        assert!(syn::parse_file(&text).is_ok(), "{text}");
    }

    #[test]
    fn what_follows_the_first_await_is_inside_the_runtime() {
        let program = program(&[
            "async fn one() -> u8 { two().await }\nlet later = async { one().await };",
            "println!(\"{}\", 1);",
            "println!(\"{}\", one().await);",
            "let last = 3;",
        ]);
        assert_eq!(
            texts(&program.without_runtime),
            "let later = async { one().await };\nprintln!(\"{}\", 1);\n"
        );
        assert_eq!(
            texts(&program.inside),
            "println!(\"{}\", one().await);\nlet last = 3;\n"
        );
    }

    #[test]
    fn a_macro_that_awaits_for_its_caller_counts() {
        assert!(program(&["tokio::join!(one(), two())"]).awaits);
        assert!(!program(&["println!(\"{:?}\", spawn(async { one().await }))"]).awaits);
    }
}
