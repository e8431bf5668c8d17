//! A program made of cells.

use anyhow::{Result, anyhow};
use proc_macro2::{TokenStream, TokenTree};
use std::fmt::Write as _;
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Block, Expr, Macro, Stmt};

/// The cells so far, taken apart.
#[derive(Debug, Default)]
pub(super) struct Program {
    uses: Vec<String>,
    items: Vec<String>,
    /// The statements before the first `.await`.
    without_runtime: String,
    /// The others.
    inside: String,
    awaits: bool,
}

impl Program {
    /// Adds a cell. Lines for the kernel, such as `:dep`, are left out.
    pub(super) fn add(&mut self, cell: &str) -> Result<()> {
        let kept: Vec<&str> = cell.lines().filter(|line| !line.starts_with(':')).collect();
        let code = kept.join("\n");
        let statements = Block::parse_within
            .parse_str(&code)
            .map_err(|error| anyhow!("{error}"))?;
        self.awaits |= statements.iter().any(awaits);
        let mut done = 0;
        let last = statements.len().saturating_sub(1);
        for (index, statement) in statements.iter().enumerate() {
            let span = statement.span().byte_range();
            // With the comments before it.
            let text = code[done..span.end].trim();
            done = span.end;
            match statement {
                Stmt::Item(syn::Item::Use(_)) => add_once(&mut self.uses, text),
                Stmt::Item(_) => add_once(&mut self.items, text),
                Stmt::Expr(expression, None) if index == last && is_a_value(expression) => {
                    self.statement(&format!("show!({text});"));
                }
                Stmt::Macro(call) if index == last && call.semi_token.is_none() => {
                    self.statement(&format!("show!({text});"));
                }
                _ => self.statement(text),
            }
        }
        let rest = code[done..].trim();
        if !rest.is_empty() {
            self.statement(rest);
        }
        Ok(())
    }

    /// Adds the title of what follows.
    pub(super) fn title(&mut self, title: &str) {
        let body = self.body();
        let _ = writeln!(body, "\n// {title}");
    }

    fn statement(&mut self, text: &str) {
        let body = self.body();
        body.push_str(text);
        body.push('\n');
    }

    fn body(&mut self) -> &mut String {
        if self.awaits {
            &mut self.inside
        } else {
            &mut self.without_runtime
        }
    }

    /// The source of the program, which rustfmt is to lay out.
    pub(super) fn text(&self, about: &str) -> String {
        format!(
            "//! {about}\n\n\
             #![allow(unused, reason = \"a notebook shows what is not used, too\")]\n\n\
             {uses}\n\n{items}\n\n\
             type Failure = Box<dyn std::error::Error>;\n\n\
             fn main() -> Result<(), Failure> {{\n\
             {before}\n\
             // From here on, as in the notebook after its first `.await`, everything runs inside a runtime.\n\
             tokio::runtime::Runtime::new()?.block_on(async {{\n\
             {inside}\
             Ok(())\n}})\n}}\n\n{SHOW}",
            uses = self.uses.join("\n"),
            items = self.items.join("\n\n"),
            before = self.without_runtime,
            inside = self.inside,
        )
    }
}

/// Prints a value as the kernel does, in words: by its `Display` where it has one, else by its `Debug`.
const SHOW: &str = r#"/// What a cell ends with, in words.
struct Shown<'a, T>(&'a T);

trait ByDebug {
    fn words(&self) -> String;
}

impl<T: std::fmt::Debug> ByDebug for Shown<'_, T> {
    fn words(&self) -> String {
        format!("{:?}", self.0)
    }
}

trait ByDisplay {
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
        println!("{}", (&&Shown(&$value)).words())
    };
}
use show;
"#;

fn add_once(texts: &mut Vec<String>, text: &str) {
    if !texts.iter().any(|known| known == text) {
        texts.push(text.to_owned());
    }
}

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
        for cell in cells {
            program.add(cell).expect("Rust");
        }
        program
    }

    #[test]
    fn items_go_to_the_top_and_statements_into_main() {
        let program = program(&[
            ":dep tokio = \"1\"\nuse std::time::Duration;",
            "use std::time::Duration;\n/// Two.\nfn two() -> u8 { 2 }\nlet a = two();",
            "// how many\na + 1",
        ]);
        assert_eq!(program.uses, ["use std::time::Duration;"]);
        assert_eq!(program.items, ["/// Two.\nfn two() -> u8 { 2 }"]);
        assert_eq!(
            program.without_runtime,
            "let a = two();\nshow!(// how many\na + 1);\n"
        );
        assert!(program.inside.is_empty());
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
            program.without_runtime,
            "let later = async { one().await };\nprintln!(\"{}\", 1);\n"
        );
        assert_eq!(
            program.inside,
            "println!(\"{}\", one().await);\nlet last = 3;\n"
        );
    }

    #[test]
    fn a_macro_that_awaits_for_its_caller_counts() {
        assert!(program(&["tokio::join!(one(), two())"]).awaits);
        assert!(!program(&["println!(\"{:?}\", spawn(async { one().await }))"]).awaits);
    }
}
