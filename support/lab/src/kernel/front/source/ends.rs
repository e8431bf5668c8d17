//! Where a cell may have brought its process to an end: a function that calls itself, and calls that end a process.
//!
//! When the process is gone, nobody can say any more which line ran last. But few lines can do such a thing.

use super::tokens::forgetting;
use crate::evcxr::source::rust;
use proc_macro2::Span;
use std::collections::BTreeSet;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprCall, ExprMethodCall, ImplItemFn, ItemFn};

/// What ends a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The stack of a function that calls itself has no end.
    Recursion,
    /// A call of this function of `std::process`.
    Call(&'static str),
}

/// Something in a cell that ends a process: what it is called, its line and its column, both from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Culprit {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// What in a cell may have ended its process. Of an earlier cell, only what is in functions of these names counts.
pub(crate) fn culprit(code: &str, end: End, within: Option<&BTreeSet<String>>) -> Option<Culprit> {
    forgetting(|| {
        let block = syn::parse_str::<Block>(&format!("{{\n{}\n}}", rust(code))).ok()?;
        let mut search = Search {
            end,
            within,
            around: Vec::new(),
            found: None,
        };
        search.visit_block(&block);
        let (name, span) = search.found?;
        let start = span.start();
        Some(Culprit {
            name,
            // The first line is the bracket.
            line: start.line - 1,
            column: start.column + 1,
        })
    })
}

/// The words of a cell, among which are the names of the functions that it calls.
pub(crate) fn words(code: &str) -> BTreeSet<String> {
    code.split(|character: char| !character.is_alphanumeric() && character != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

struct Search<'a> {
    end: End,
    within: Option<&'a BTreeSet<String>>,
    /// The functions around the place that is looked at.
    around: Vec<String>,
    found: Option<(String, Span)>,
}

impl Search<'_> {
    fn call(&mut self, name: &str, span: Span) {
        let counts = self
            .within
            .is_none_or(|names| self.around.iter().any(|around| names.contains(around)));
        let is_it = match self.end {
            End::Recursion => self.around.last().is_some_and(|around| around == name),
            End::Call(call) => name == call,
        };
        if counts && is_it && self.found.is_none() {
            self.found = Some((name.to_owned(), span));
        }
    }

    fn function(&mut self, name: String, visit: impl FnOnce(&mut Self)) {
        self.around.push(name);
        visit(self);
        self.around.pop();
    }
}

impl Visit<'_> for Search<'_> {
    fn visit_item_fn(&mut self, function: &ItemFn) {
        let name = function.sig.ident.to_string();
        self.function(name, |search| visit::visit_item_fn(search, function));
    }

    fn visit_impl_item_fn(&mut self, function: &ImplItemFn) {
        let name = function.sig.ident.to_string();
        self.function(name, |search| visit::visit_impl_item_fn(search, function));
    }

    fn visit_expr_call(&mut self, call: &ExprCall) {
        if let Expr::Path(path) = &*call.func
            && let Some(last) = path.path.segments.last()
        {
            self.call(&last.ident.to_string(), call.span());
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &ExprMethodCall) {
        if matches!(&*call.receiver, Expr::Path(path) if path.path.is_ident("self")) {
            self.call(&call.method.to_string(), call.method.span());
        }
        visit::visit_expr_method_call(self, call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(code: &str, end: End) -> Option<(String, usize, usize)> {
        culprit(code, end, None).map(|found| (found.name, found.line, found.column))
    }

    #[test]
    fn a_function_that_calls_itself_is_found() {
        let code = "fn down(n: u64) -> u64 {\n    1 + down(n + 1)\n}\ndown(1)";
        assert_eq!(found(code, End::Recursion), Some(("down".to_owned(), 2, 9)));
        let method = "impl Tree {\n    fn depth(&self) -> u64 { self.depth() }\n}";
        assert_eq!(
            found(method, End::Recursion),
            Some(("depth".to_owned(), 2, 35))
        );
        for other in [
            "fn a() { b() }\nfn b() {}\na()",
            "fn len(s: &str) { s.len() }",
            "down(1)",
            "fn a( {",
        ] {
            assert_eq!(found(other, End::Recursion), None, "{other}");
        }
    }

    #[test]
    fn a_call_that_ends_the_process_is_found() {
        let code = ":dep x\nlet a = 1;\nif a > 0 { std::process::exit(3) }";
        assert_eq!(
            found(code, End::Call("exit")),
            Some(("exit".to_owned(), 3, 12))
        );
        assert_eq!(found(code, End::Call("abort")), None);
    }

    #[test]
    fn of_earlier_cells_only_what_is_called_counts() {
        let code = "fn down() { down() }\nfn stop() { std::process::abort() }";
        let called = words("stop();");
        assert_eq!(culprit(code, End::Recursion, Some(&called)), None);
        assert!(culprit(code, End::Call("abort"), Some(&called)).is_some());
    }
}
