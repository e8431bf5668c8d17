//! The variables of a notebook: which there are, and why others are not there.
//!
//! A cell that moves a variable away takes it from all later ones. Where a cell fails, what it had taken is lost, and what it would
//! have made was never there. To the compiler all of these are names that it does not know.

use super::source;
use std::collections::{BTreeMap, BTreeSet};

/// Why a variable is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// This cell has moved it.
    Moved(u64),
    /// This cell would have made it, and has failed.
    Failed(u64),
    /// Its type was defined anew, or became another one with a crate that was added.
    Redefined,
    /// The process of the cells is another one.
    Ended,
}

/// The variables of a notebook, by their names.
#[derive(Debug, Default)]
pub(super) struct Variables {
    known: Vec<String>,
    gone: BTreeMap<String, Why>,
    /// Their types, as far as they are known.
    kinds: BTreeMap<String, String>,
    /// Those whose cells say what they are.
    typed: BTreeSet<String>,
}

impl Variables {
    /// Those that there are, in the order in which they were made.
    pub(super) fn known(&self) -> &[String] {
        &self.known
    }

    /// Why one is not there.
    pub(super) fn gone(&self, name: &str) -> Option<Why> {
        self.gone.get(name).copied()
    }

    /// The type of one.
    pub(super) fn kind(&self, name: &str) -> Option<&str> {
        self.kinds.get(name).map(String::as_str)
    }

    /// Whether the cell that made one says of which type its numbers are.
    pub(super) fn is_typed(&self, name: &str) -> bool {
        self.typed.contains(name)
    }

    /// Types of variables, by their names.
    pub(super) fn know(&mut self, kinds: Vec<(&str, &str)>) {
        let kinds = kinds.into_iter();
        self.kinds
            .extend(kinds.map(|(name, kind)| (name.to_owned(), kind.to_owned())));
    }

    /// One is not there any more.
    pub(super) fn lose(&mut self, name: &str, why: Why) {
        self.known.retain(|known| known != name);
        self.gone.insert(name.to_owned(), why);
    }

    /// None is there any more.
    pub(super) fn lose_all(&mut self) {
        for name in std::mem::take(&mut self.known) {
            self.gone.insert(name, Why::Ended);
        }
    }

    /// A cell has run to its end, and has moved these.
    pub(super) fn keep(&mut self, number: u64, code: &str, moved: &[String]) {
        for name in moved {
            self.lose(name, Why::Moved(number));
        }
        for name in source::variables(code) {
            self.gone.remove(&name);
            if source::says_type(code, &name) {
                self.typed.insert(name.clone());
            } else {
                self.typed.remove(&name);
            }
            if !self.known.contains(&name) {
                self.known.push(name);
            }
        }
    }

    /// A cell was not compiled: what it would have made is as it was before.
    pub(super) fn refuse(&mut self, number: u64, code: &str) {
        for name in source::variables(code) {
            if !self.known.contains(&name) {
                self.lose(&name, Why::Failed(number));
            }
        }
    }

    /// A cell has run, and failed, and would have moved these: what is to be said of those that are lost, if there are any.
    pub(super) fn fail(&mut self, number: u64, code: &str, moved: &[String]) -> Option<String> {
        let made = source::variables(code);
        let known = |names: &[String]| -> Vec<String> {
            let known = names.iter().filter(|name| self.known.contains(name));
            known.cloned().collect()
        };
        let (moved, anew) = (known(moved), known(&made));
        for name in &made {
            self.lose(name, Why::Failed(number));
        }
        for name in &moved {
            self.lose(name, Why::Moved(number));
        }
        let notes = [
            note(&moved, "moved them"),
            note(&anew, "would have made them anew"),
        ];
        let notes: Vec<String> = notes.into_iter().flatten().collect();
        (!notes.is_empty()).then(|| notes.join("\n"))
    }
}

fn note(names: &[String], done: &str) -> Option<String> {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    let (are, them, run) = match names {
        [] => return None,
        [_] => ("is", "it", "the cell again that makes it"),
        _ => ("are", "them", "the cells again that make them"),
    };
    let done = done.replace("them", them);
    Some(format!(
        "note: {} {are} gone, since this cell {done} and has failed: run {run}",
        quoted.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn kept() -> Variables {
        let mut variables = Variables::default();
        variables.keep(1, "let (a, b) = (1, 2); let c = 3;", &[]);
        variables
    }

    #[test]
    fn what_a_cell_moves_is_not_there_later_and_comes_back_with_a_new_value() {
        let mut variables = kept();
        variables.keep(2, "let d = a;", &names(&["a"]));
        assert_eq!(variables.known(), names(&["b", "c", "d"]));
        assert_eq!(variables.gone("a"), Some(Why::Moved(2)));
        variables.keep(3, "let a = 1;", &[]);
        assert_eq!(variables.gone("a"), None);
    }

    #[test]
    fn the_last_cell_that_makes_a_variable_says_its_type() {
        let mut variables = kept();
        assert!(!variables.is_typed("c"));
        variables.keep(2, "let c: u32 = 3;", &[]);
        assert!(variables.is_typed("c"));
        variables.keep(3, "let c = 3;", &[]);
        assert!(!variables.is_typed("c"));
    }

    #[test]
    fn what_is_lost_with_a_cell_that_fails_is_named() {
        let mut variables = kept();
        let told = variables.fail(2, "let b = f(a); let d = 1;", &names(&["a"]));
        assert_eq!(
            told.as_deref(),
            Some(
                "note: `a` is gone, since this cell moved it and has failed: run the cell again that makes it\n\
                 note: `b` is gone, since this cell would have made it anew and has failed: run the cell again that makes it"
            )
        );
        assert_eq!(variables.known(), names(&["c"]));
        assert_eq!(variables.gone("a"), Some(Why::Moved(2)));
        assert_eq!(variables.gone("d"), Some(Why::Failed(2)));
        assert_eq!(variables.fail(3, "let d = 1;", &[]), None);
        let mut variables = kept();
        let told = variables.fail(2, "", &names(&["a", "b"]));
        assert!(
            told.is_some_and(|told| told.contains("`a`, `b` are gone, since this cell moved them"))
        );
    }

    #[test]
    fn a_cell_that_is_not_compiled_takes_nothing() {
        let mut variables = kept();
        variables.refuse(2, "let a = nope; let d = 1;");
        assert_eq!(variables.known(), names(&["a", "b", "c"]));
        assert_eq!(variables.gone("d"), Some(Why::Failed(2)));
        variables.lose_all();
        assert_eq!(variables.gone("a"), Some(Why::Ended));
        assert!(variables.known().is_empty());
    }
}
