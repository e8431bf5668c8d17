//! What is known of the compiling of a cell, between those who run cells and the compiler that evcxr starts (see
//! [`super::compile`]): files in the kernel's folder, and the name of what is compiled.

use crate::system::files;
use anyhow::Result;
use cargo_metadata::diagnostic::Diagnostic;
use fs_err as fs;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The file, in a kernel's folder, with the cell that is run.
pub(super) const CELL: &str = "async-lab-cell.json";

/// The files with what the compiler has said of it: where it was compiled, and where not.
pub(super) const SAID: [&str; 2] = ["async-lab-warned.json", "async-lab-refused.json"];

/// Begins the function around a cell that is compiled alone, where it has one (see [`super::alone`]).
pub(crate) const WITHIN: &str = "async fn cell() {";

/// Where evcxr writes what is compiled.
pub(super) const SOURCE: &str = "src/lib.rs";

/// A cell, as whoever runs it knows it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Cell {
    pub(crate) number: u64,
    pub(crate) code: String,
}

impl Cell {
    /// Tells the compiler what is run next, and forgets what was said of the cell before.
    pub(crate) fn begin(&self, folder: &Path) -> Result<()> {
        forget(folder);
        files::write_json(&folder.join(CELL), self)
    }
}

/// What the compiler has said.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Compiled {
    /// What was compiled.
    pub(crate) source: String,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Compiled {
    /// What was said of a cell that was compiled, or of one that was not: once.
    pub(crate) fn take(folder: &Path, succeeded: bool) -> Option<Self> {
        let file = folder.join(SAID[usize::from(!succeeded)]);
        let text = fs::read_to_string(&file).ok()?;
        let _ = fs::remove_file(&file);
        serde_json::from_str(&text).ok()
    }
}

/// What was said last is not of interest any more, or never was.
pub(super) fn forget(folder: &Path) {
    for file in SAID {
        let _ = fs::remove_file(folder.join(file));
    }
}

/// The source that was compiled last.
pub(crate) fn last_source(folder: &Path) -> Option<String> {
    fs::read_to_string(folder.join(SOURCE)).ok()
}

/// Whether a name in what the compiler says is that of what it has compiled.
pub(crate) fn is_source(name: &str) -> bool {
    name == SOURCE || name.starts_with(BEGIN)
}

/// The name of a source in places: that of evcxr's file, in a folder that has the number of the cell.
pub(crate) fn name(number: u64) -> String {
    format!("{BEGIN}{number}{END}")
}

/// What stands in the name of a source, in places, before and behind the number of its cell. Nobody else writes such names.
pub(crate) const BEGIN: &str = "\u{27e8}cell ";
pub(crate) const END: &str = "\u{27e9}/lib.rs";

/// Whether this is the number of an error, and not the name of a lint.
pub(crate) fn is_code(code: &str) -> bool {
    code.strip_prefix('E')
        .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_errors_are_told_from_names_of_lints() {
        assert!(is_code("E0277"));
        assert!(!is_code("unused_must_use"));
        assert!(!is_code("Error"));
    }
}
