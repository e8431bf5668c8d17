//! The functions of a cell.

use super::values::in_block;
use std::ops::Range;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, ExprAsync, ExprClosure, ImplItemFn, ItemFn, ItemImpl, Signature};

/// The arguments of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// The name of the function.
    pub(crate) of: String,
    /// The byte behind the last one.
    pub(crate) end: usize,
    pub(crate) is_empty: bool,
    /// A trait says what they are.
    pub(crate) are_of_trait: bool,
}

/// What is innermost around a place, of what decides whether it can await.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Around {
    /// Statements of the cell.
    Cell,
    /// A function, a closure or a block that is async.
    Async,
    /// A function that is not.
    Function,
    /// A closure that is not, and what takes it: the name of a function or method, if it has one.
    Closure(Option<String>),
}

impl Around {
    /// Whether something can be awaited there.
    pub(crate) fn awaits(&self) -> bool {
        matches!(self, Around::Cell | Around::Async)
    }
}

/// What is around a byte of a cell.
pub(crate) fn around(code: &str, byte: usize) -> Around {
    let found = in_block(code, |block, place| {
        let mut surroundings = Surroundings {
            found: Around::Cell,
            byte,
            place,
            taken_by: None,
        };
        surroundings.visit_block(block);
        Some(surroundings.found)
    });
    found.unwrap_or(Around::Cell)
}

struct Surroundings<'a> {
    found: Around,
    byte: usize,
    place: &'a dyn Fn(proc_macro2::Span) -> Option<Range<usize>>,
    /// The name of what takes the expression that is looked at.
    taken_by: Option<String>,
}

impl Surroundings<'_> {
    fn is_in(&self, span: proc_macro2::Span) -> bool {
        (self.place)(span).is_some_and(|bytes| bytes.contains(&self.byte))
    }

    fn function(&mut self, whole: proc_macro2::Span, signature: &Signature) {
        if self.is_in(whole) {
            self.found = match signature.asyncness {
                Some(_) => Around::Async,
                None => Around::Function,
            };
        }
    }
}

impl Visit<'_> for Surroundings<'_> {
    fn visit_item_fn(&mut self, function: &ItemFn) {
        self.function(function.span(), &function.sig);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &ImplItemFn) {
        self.function(function.span(), &function.sig);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_expr_async(&mut self, block: &ExprAsync) {
        if self.is_in(block.span()) {
            self.found = Around::Async;
        }
        visit::visit_expr_async(self, block);
    }

    fn visit_expr_closure(&mut self, closure: &ExprClosure) {
        if self.is_in(closure.span()) {
            self.found = match closure.asyncness {
                Some(_) => Around::Async,
                None => Around::Closure(self.taken_by.take()),
            };
        }
        visit::visit_expr_closure(self, closure);
    }

    fn visit_expr(&mut self, expression: &Expr) {
        let (name, arguments) = match expression {
            Expr::Call(call) => match &*call.func {
                Expr::Path(path) => {
                    let last = path.path.segments.last();
                    (last.map(|last| last.ident.to_string()), &call.args)
                }
                _ => (None, &call.args),
            },
            Expr::MethodCall(call) => (Some(call.method.to_string()), &call.args),
            _ => return visit::visit_expr(self, expression),
        };
        if let Some(closure) = arguments.iter().find_map(|argument| match argument {
            Expr::Closure(closure) if self.is_in(closure.span()) => Some(closure),
            _ => None,
        }) {
            self.taken_by = name;
            return self.visit_expr_closure(closure);
        }
        visit::visit_expr(self, expression);
    }
}

/// What borrows its surroundings, and would own them with a `move`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Borrower {
    /// The byte where `move` can stand.
    pub(crate) at: usize,
    pub(crate) is_async: bool,
}

/// The outermost closure or async block around a byte of a cell, if it does not own what it uses.
pub(crate) fn borrower(code: &str, byte: usize) -> Option<Borrower> {
    in_block(code, |block, place| {
        let mut search = Borrowers {
            found: None,
            byte,
            place,
        };
        search.visit_block(block);
        search.found.flatten()
    })
}

struct Borrowers<'a> {
    /// The outermost one, if it borrows.
    found: Option<Option<Borrower>>,
    byte: usize,
    place: &'a dyn Fn(proc_macro2::Span) -> Option<Range<usize>>,
}

impl Borrowers<'_> {
    fn look(
        &mut self,
        whole: proc_macro2::Span,
        moves: bool,
        at: proc_macro2::Span,
        is_async: bool,
    ) {
        let holds = (self.place)(whole).is_some_and(|bytes| bytes.contains(&self.byte));
        if holds && self.found.is_none() {
            let at = (self.place)(at).filter(|_| !moves);
            self.found = Some(at.map(|bytes| Borrower {
                at: bytes.start,
                is_async,
            }));
        }
    }
}

impl Visit<'_> for Borrowers<'_> {
    fn visit_expr_async(&mut self, block: &ExprAsync) {
        let brace = block.block.brace_token.span.open();
        self.look(block.span(), block.capture.is_some(), brace, true);
        visit::visit_expr_async(self, block);
    }

    fn visit_expr_closure(&mut self, closure: &ExprClosure) {
        let moves = closure.capture.is_some();
        self.look(closure.span(), moves, closure.inputs_begin.span(), false);
        visit::visit_expr_closure(self, closure);
    }
}

/// The arguments of the innermost function around a byte of a cell.
pub(crate) fn arguments_around(code: &str, byte: usize) -> Option<Arguments> {
    in_block(code, |block, place| {
        let mut search = Search {
            found: None,
            byte,
            is_in_trait: false,
            place,
        };
        search.visit_block(block);
        search.found
    })
}

struct Search<'a> {
    found: Option<Arguments>,
    byte: usize,
    /// What is looked at lies in what a trait has, or a type has by it.
    is_in_trait: bool,
    place: &'a dyn Fn(proc_macro2::Span) -> Option<Range<usize>>,
}

impl Search<'_> {
    /// The later one that holds the byte is the inner one.
    fn look(&mut self, whole: &impl Spanned, signature: &Signature) {
        let holds = (self.place)(whole.span()).is_some_and(|bytes| bytes.contains(&self.byte));
        let last = signature.inputs.last().map(Spanned::span);
        let open = signature.paren_token.span.open();
        if holds && let Some(bytes) = (self.place)(last.unwrap_or(open)) {
            self.found = Some(Arguments {
                of: signature.ident.to_string(),
                end: bytes.end,
                is_empty: last.is_none(),
                are_of_trait: self.is_in_trait,
            });
        }
    }
}

impl Visit<'_> for Search<'_> {
    fn visit_item_fn(&mut self, function: &ItemFn) {
        let around = std::mem::take(&mut self.is_in_trait);
        self.look(function, &function.sig);
        visit::visit_item_fn(self, function);
        self.is_in_trait = around;
    }

    fn visit_item_impl(&mut self, item: &ItemImpl) {
        let around = std::mem::replace(&mut self.is_in_trait, item.trait_.is_some());
        visit::visit_item_impl(self, item);
        self.is_in_trait = around;
    }

    fn visit_impl_item_fn(&mut self, function: &ImplItemFn) {
        self.look(function, &function.sig);
        visit::visit_impl_item_fn(self, function);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_borrows_is_where_move_can_stand() {
        let rows = [
            ("spawn(async §{ f(!x) })", true),
            ("thread::spawn(§|| !x.len())", false),
            ("spawn(async §{ a.map(|b| !x) })", true),
        ];
        for (code, is_async) in rows {
            let code = code.replace('!', "");
            let at = code.find('§').expect("it is marked");
            let code = code.replace('§', "");
            let byte = code.find('x').expect("it is used");
            assert_eq!(
                borrower(&code, byte),
                Some(Borrower { at, is_async }),
                "{code}"
            );
        }
        for code in [
            "spawn(async move { x })",
            "f(move || x)",
            "x",
            "async move { a.map(|b| x) }",
        ] {
            let byte = code.find('x').expect("it is used");
            assert_eq!(borrower(code, byte), None, "{code}");
        }
    }

    #[test]
    fn what_can_await_is_told_from_what_cannot() {
        let closure = |name: &str| Around::Closure(Some(name.to_owned()));
        let rows = [
            ("let a = 1; §x", Around::Cell),
            ("{ if true { §x } }", Around::Cell),
            ("async fn f() { §x }", Around::Async),
            ("fn f() { §x }", Around::Function),
            ("impl S { fn f(&self) { §x } }", Around::Function),
            ("fn f() { async { §x } }", Around::Async),
            ("spawn_blocking(|| §x).await", closure("spawn_blocking")),
            ("std::thread::spawn(move || { §x })", closure("spawn")),
            ("a.iter().map(|id| §x).collect()", closure("map")),
            ("a.iter().map(|id| async move { §x })", Around::Async),
            ("a.iter().map(async |id| §x)", Around::Async),
            ("a.map(|id| b.filter(|c| §x))", closure("filter")),
            ("let f = |id| §x;", Around::Closure(None)),
            ("a.map(|id| y).b(§x)", Around::Cell),
            ("§x (", Around::Cell),
        ];
        for (code, expected) in rows {
            let byte = code.find('§').expect("it is marked");
            assert_eq!(around(&code.replace('§', ""), byte), expected, "{code}");
        }
    }

    #[test]
    fn arguments_end_where_one_more_can_stand() {
        let rows = [
            ("fn f() { §x }", "fn f(", true, false),
            (
                "async fn f(a: u8,) { §x }",
                "async fn f(a: u8",
                false,
                false,
            ),
            (
                "let g = 1;\nfn ä(é: u8) { §x }",
                "let g = 1;\nfn ä(é: u8",
                false,
                false,
            ),
            (
                "impl S { fn f(&self) { §x } }",
                "impl S { fn f(&self",
                false,
                false,
            ),
            (
                "impl T for S { fn f(&self) { §x } }",
                "impl T for S { fn f(&self",
                false,
                true,
            ),
            (
                "fn f() { fn g(a: u8) { §x } }",
                "fn f() { fn g(a: u8",
                false,
                false,
            ),
        ];
        for (code, before, is_empty, are_of_trait) in rows {
            let byte = code.find('§').expect("it is marked");
            let code = code.replace('§', "");
            let (name, _) = before.rsplit_once('(').expect("it has arguments");
            let expected = Arguments {
                of: name.rsplit(' ').next().unwrap_or_default().to_owned(),
                end: before.len(),
                is_empty,
                are_of_trait,
            };
            assert_eq!(arguments_around(&code, byte), Some(expected), "{code}");
        }
        assert_eq!(arguments_around("fn f() {}\nx", 10), None);
        assert_eq!(arguments_around("fn f( {", 3), None);
    }
}
