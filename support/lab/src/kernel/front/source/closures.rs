//! The closures of a cell.

use super::values::{in_block, initial_of};
use std::ops::Range;
use syn::spanned::Spanned;
use syn::{Expr, Pat, ReturnType};

/// A closure that is the first value of a variable. All places are bytes of the cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Closure {
    /// All of it.
    pub(crate) bytes: Range<usize>,
    /// From its first bar to its second.
    pub(crate) inputs: Range<usize>,
    pub(crate) body: Range<usize>,
    /// The types of what it takes, where each is written.
    pub(crate) types: Option<Vec<Range<usize>>>,
    /// The type of what it gives, where it is written.
    pub(crate) output: Option<Range<usize>>,
    /// It is an async closure, or one that gives an async block.
    pub(crate) gives_future: bool,
    pub(crate) is_async: bool,
    pub(crate) moves: bool,
}

/// The closure that a variable gets for its first value, if it gets one.
pub(crate) fn closure(code: &str, name: &str) -> Option<Closure> {
    in_block(code, |block, bytes| {
        let Expr::Closure(closure) = initial_of(block, name)? else {
            return None;
        };
        let types = closure.inputs.iter().map(|input| match input {
            Pat::Type(typed) => bytes(typed.ty.span()),
            _ => None,
        });
        let output = match &closure.output {
            ReturnType::Type(_, kind) => Some(bytes(kind.span())?),
            ReturnType::Default => None,
        };
        let (open, close) = (
            bytes(closure.inputs_begin.span())?,
            bytes(closure.inputs_end.span())?,
        );
        Some(Closure {
            bytes: bytes(closure.span())?,
            inputs: open.start..close.end,
            body: bytes(closure.body.span())?,
            types: types.collect(),
            output,
            gives_future: closure.asyncness.is_some() || matches!(&*closure.body, Expr::Async(_)),
            is_async: closure.asyncness.is_some(),
            moves: closure.capture.is_some(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closure_is_taken_apart() {
        let code = "let ä = 1;\nlet add = move |x: u32, y: Vec<u8>| -> u32 { x };";
        let found = closure(code, "add").expect("it is one");
        let text = |bytes: &Range<usize>| &code[bytes.clone()];
        assert_eq!(text(&found.inputs), "|x: u32, y: Vec<u8>|");
        assert_eq!(text(&found.body), "{ x }");
        let types = found.types.expect("they are written");
        assert_eq!([text(&types[0]), text(&types[1])], ["u32", "Vec<u8>"]);
        assert_eq!(text(&found.output.expect("it is written")), "u32");
        assert!(found.moves && !found.gives_future);
        let code = "let get = async |x| x;";
        let found = closure(code, "get").expect("it is one");
        assert_eq!((found.types, found.output), (None, None));
        assert!(found.is_async && found.gives_future && !found.moves);
        assert!(closure("let f = || async { 1 };", "f").is_some_and(|found| found.gives_future));
        assert_eq!(closure("let f = g(|x| x);", "f"), None);
    }
}
