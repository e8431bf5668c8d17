//! What the source of a cell says before it is compiled.
//!
//! The questions are answered from tokens: a word in a string or in a comment is none, and a cell that does not compile has
//! an answer, too. The answers are guesses for who wants to be ahead of the compiler, never verdicts: what the expansion of
//! a macro or a name from another cell would tell is left out on purpose. What cannot be read as tokens is answered "no".

mod awaits;
mod calls;
mod closures;
mod completeness;
mod documented;
mod ends;
mod functions;
mod futures;
mod statics;
mod stdin;
mod tokens;
mod values;
mod written;

pub(crate) use awaits::awaits;
pub(crate) use calls::call;
pub(crate) use closures::{Closure, closure};
pub(crate) use completeness::{Completeness, completeness};
pub(crate) use documented::{documented, opened};
pub(crate) use ends::{Culprit, End, culprit, words};
pub(crate) use functions::{Arguments, Around, Borrower, arguments_around, around, borrower};
pub(crate) use futures::Uses;
pub(crate) use statics::restarting_statics;
pub(crate) use stdin::reads_stdin;
pub(crate) use values::{
    DEFAULTS, Made, ends_in_value, initial, made, says_type, value, variables,
};
pub(crate) use written::is_value;
