//! The cells that are timed: the same work on each kernel.

use super::Kind;
use serde::Serialize;
use std::path::Path;

/// A cell and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Cell {
    pub(super) name: String,
    pub(super) source: String,
}

const RUST: &str = include_str!("../../../assets/bench/cells.rs");
const PYTHON: &str = include_str!("../../../assets/bench/cells.ipy");

/// The first cells of every run: what a learner meets first.
pub(super) const FIRST: [&str; 5] = ["first cell", "figure", "first await", "first let", "HTTP"];

/// The cells of a run, with `more` short ones at its end, such as notebooks are full of: a function, an await, a line of
/// output, a variable, and again.
pub(super) fn of(kind: Kind, support: &Path, more: usize) -> Vec<Cell> {
    let (text, mark) = match kind {
        Kind::Python => (PYTHON, "# %% "),
        _ => (RUST, "// %% "),
    };
    let mut first = parts(text, mark);
    let later = first.split_off(FIRST.len());
    let more = (1..=more).zip(later.iter().cycle()).map(|(number, cell)| {
        let numbered = cell.source.replace("NUMBER", &number.to_string());
        Cell {
            name: format!("later cell {number}"),
            source: numbered.replace("BEFORE", &(number - 1).to_string()),
        }
    });
    let mut cells = first;
    cells.extend(more);
    cells[0].source = cells[0]
        .source
        .replace("SUPPORT", &support.to_string_lossy());
    cells
}

/// The cells of a text in which each begins with a line of this mark and its name.
fn parts(text: &str, mark: &str) -> Vec<Cell> {
    let parts = text.split(mark).skip(1);
    let cells = parts.filter_map(|part| part.split_once('\n'));
    cells
        .map(|(name, source)| Cell {
            name: name.to_owned(),
            source: source.trim_end().to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kernel_has_the_same_cells() {
        let names = |text, mark| -> Vec<String> {
            let parts = parts(text, mark);
            parts.into_iter().map(|cell| cell.name).collect()
        };
        let rust = names(RUST, "// %% ");
        assert_eq!(rust, names(PYTHON, "# %% "));
        assert_eq!(rust[..FIRST.len()], FIRST);
        assert!(
            rust[FIRST.len()..]
                .iter()
                .all(|name| name.starts_with("later"))
        );
    }

    #[test]
    fn a_later_cell_awaits_what_the_one_before_it_defines() {
        let cells = of(Kind::Lab, Path::new("/support"), 6);
        assert_eq!(cells.len(), FIRST.len() + 6);
        assert!(cells[0].source.contains("/support/tokio"));
        assert!(cells[FIRST.len() + 4].source.contains("double_5"));
        assert_eq!(cells[FIRST.len() + 5].source, "double_5(6).await");
    }
}
