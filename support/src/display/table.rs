//! Tables: what a notebook says in rows.

use super::number::{grouped, is_number};
use super::{Rich, escape};
use std::fmt;

/// A table with a title, ready to be shown under a cell. The first column names its row.
///
/// A column of numbers stands to the right, with commas between thousands.
///
/// # Examples
///
/// ```
/// use support::Table;
///
/// let table = Table::new("Waits", ["how many", "time"]).row(["3", "0.20 s"]).row(["100", "0.21 s"]);
/// assert!(table.to_string().contains("     100  0.21 s"));
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
        let cells = cells.into_iter().map(|cell| cell.to_string());
        let mut row: Vec<_> = cells
            .map(|cell| match is_number(&cell) {
                true => grouped(&cell),
                false => cell,
            })
            .collect();
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

    /// Whether a column holds numbers and nothing else.
    fn of_numbers(&self, column: usize) -> bool {
        let mut filled = self.rows.iter().map(|row| &row[column]);
        let any = filled.clone().any(|cell| !cell.is_empty());
        any && filled.all(|cell| cell.is_empty() || is_number(cell))
    }

    fn cell_style(&self, column: usize) -> &'static str {
        if self.of_numbers(column) {
            "text-align:right;padding:2px 14px 2px 0;font-variant-numeric:tabular-nums;white-space:nowrap"
        } else {
            "text-align:left;padding:2px 14px 2px 0"
        }
    }

    /// The table as HTML, as it stands in a notebook.
    pub fn html(&self) -> String {
        let styles: Vec<_> = (0..self.columns.len())
            .map(|column| self.cell_style(column))
            .collect();
        let heads = self.columns.iter().zip(&styles).map(|(column, style)| {
            format!(
                "<th scope=\"col\" style=\"{style}\">{}</th>",
                escape(column)
            )
        });
        let columns: String = heads.collect();
        let rows: String = self.rows.iter().map(|row| html_row(row, &styles)).collect();
        let note = self.note.as_ref().map_or(String::new(), |note| {
            format!("<div style=\"margin-top:4px\">{}</div>", escape(note))
        });
        // A table wider than the page scrolls by itself, with the keyboard, too.
        format!(
            "<div role=\"group\" aria-label=\"{title}\" tabindex=\"0\" style=\"overflow-x:auto\">\
             <table style=\"margin:8px 0;color:inherit\"><caption style=\"text-align:left;font-weight:600;caption-side:top;\
             color:inherit\">{title}</caption>\
             <thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table></div>{note}",
            title = escape(&self.title)
        )
    }

    /// Shows the table under the cell.
    pub fn evcxr_display(&self) {
        Rich::new(self.to_string()).html(self.html()).show();
    }
}

fn html_row(row: &[String], styles: &[&str]) -> String {
    let cells: String = row
        .iter()
        .zip(styles)
        .enumerate()
        .map(|(index, (cell, style))| match index {
            0 => format!(
                "<th scope=\"row\" style=\"{style};font-weight:normal\">{}</th>",
                escape(cell)
            ),
            _ => format!("<td style=\"{style}\">{}</td>", escape(cell)),
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
                .map(|(column, cell)| match self.of_numbers(column) {
                    true => format!("{cell:>width$}", width = width(column)),
                    false => format!("{cell:<width$}", width = width(column)),
                })
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

    #[test]
    fn numbers_stand_to_the_right_and_names_to_the_left() {
        let table = Table::new("t", ["what", "memory"])
            .row(["tasks", "9000 kB"])
            .row(["10 threads", "82.5 MB"])
            .row(["neither", ""]);
        assert_eq!(
            table.to_string(),
            "t\n  what          memory\n  tasks       9,000 kB\n  10 threads   82.5 MB\n  neither"
        );
        assert_eq!(table.html().matches("text-align:right").count(), 4);
    }
}
