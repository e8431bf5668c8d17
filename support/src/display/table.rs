//! Tables: what a notebook says in rows.

use super::{Rich, escape};
use std::fmt;

/// A table with a title, ready to be shown under a cell. The first column names its row.
///
/// # Examples
///
/// ```
/// use support::Table;
///
/// let table = Table::new("Waits", ["how many", "time"]).row(["3", "0.20 s"]).row(["100", "0.21 s"]);
/// assert!(table.to_string().contains("100       0.21 s"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Table {
    title: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    note: Option<String>,
}

/// The plain form. Where the kernel cannot show a value as it wants to be shown, it falls back on this.
impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Table {
    /// A table without rows.
    pub fn new(
        title: impl Into<String>,
        columns: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Table {
            title: title.into(),
            columns: columns.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
            note: None,
        }
    }

    /// Adds a row. What it lacks stays empty, and what it has too much of is left out.
    #[must_use]
    pub fn row(mut self, cells: impl IntoIterator<Item = impl ToString>) -> Self {
        let mut row: Vec<_> = cells.into_iter().map(|cell| cell.to_string()).collect();
        row.resize(self.columns.len(), String::new());
        self.rows.push(row);
        self
    }

    /// Adds a sentence that stands under the table.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// The table as HTML, as it stands in a notebook.
    pub fn html(&self) -> String {
        let columns: String = self
            .columns
            .iter()
            .map(|column| format!("<th scope=\"col\" style=\"{CELL}\">{}</th>", escape(column)))
            .collect();
        let rows: String = self.rows.iter().map(|row| html_row(row)).collect();
        let note = self.note.as_ref().map_or(String::new(), |note| {
            format!("<div style=\"margin-top:4px\">{}</div>", escape(note))
        });
        format!(
            "<table style=\"margin:8px 0;color:inherit\"><caption style=\"text-align:left;font-weight:600;caption-side:top;\
             white-space:nowrap;color:inherit\">{}</caption>\
             <thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table>{note}",
            escape(&self.title)
        )
    }

    /// Shows the table under the cell.
    pub fn evcxr_display(&self) {
        Rich::new(self.to_string()).html(self.html()).show();
    }
}

const CELL: &str = "text-align:left;padding:2px 14px 2px 0";

fn html_row(row: &[String]) -> String {
    let cells: String = row
        .iter()
        .enumerate()
        .map(|(index, cell)| match index {
            0 => format!(
                "<th scope=\"row\" style=\"{CELL};font-weight:normal\">{}</th>",
                escape(cell)
            ),
            _ => format!("<td style=\"{CELL}\">{}</td>", escape(cell)),
        })
        .collect();
    format!("<tr>{cells}</tr>")
}

/// The plain form: columns of text.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.title)?;
        let width = |column: usize| {
            let cells = self.rows.iter().chain([&self.columns]);
            let widths = cells.map(|row| row[column].chars().count());
            widths.max().unwrap_or(0)
        };
        for row in [&self.columns].into_iter().chain(&self.rows) {
            let cells: Vec<_> = row
                .iter()
                .enumerate()
                .map(|(column, cell)| format!("{cell:<width$}", width = width(column)))
                .collect();
            write!(f, "\n  {}", cells.join("  ").trim_end())?;
        }
        match &self.note {
            Some(note) => write!(f, "\n{note}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_cell_comes_out_as_text() {
        let table = Table::new("<b>", ["<i>"])
            .row(["<script>"])
            .with_note("<u>");
        for tag in ["<b>", "<i>", "<script>", "<u>"] {
            assert!(!table.html().contains(tag), "{tag}");
        }
    }

    #[test]
    fn a_row_has_as_many_cells_as_there_are_columns() {
        let table = Table::new("t", ["a", "b"]).row(["1"]).row(["1", "2", "3"]);
        assert_eq!(table.to_string(), "t\n  a  b\n  1\n  1  2");
    }
}
