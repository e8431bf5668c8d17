//! The cells: each a file in a folder named after its kind, with marks on the lines that an error has to name.
//!
//! A mark is a comment at the end of a line, as in rustc's own tests: `//~ E0277` for an error of this code on this line,
//! `//~^` for the line above (`//~^^` for the second above), `//~v` for the one below, several words for several errors;
//! `error` is one to which rustc gives no code, `notebook` one which is none in a program, or of which a notebook says more. Marks are taken off before a cell
//! is compiled, since a learner has none.

use std::fs;
use std::path::Path;

/// What an error is known by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Error {
    /// Its code, such as `E0277`.
    Code(String),
    /// One without a code, most often of syntax.
    Plain,
    /// One that only a notebook has, where a variable would be kept.
    Notebook,
}

impl Error {
    /// Of what rustc's JSON says.
    pub(crate) fn of(code: Option<&str>) -> Self {
        code.map_or(Error::Plain, |code| Error::Code(code.to_owned()))
    }

    fn parse(word: &str) -> Option<Self> {
        let digits = word.strip_prefix('E');
        match word {
            "error" => Some(Error::Plain),
            "notebook" => Some(Error::Notebook),
            _ if digits.is_some_and(|digits| {
                digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_digit())
            }) =>
            {
                Some(Error::Code(word.to_owned()))
            }
            _ => None,
        }
    }
}

/// An error, and the line of the cell, from 1, that it names.
pub(crate) type Mark = (usize, Error);

/// A cell as a learner would have written it.
#[derive(Debug)]
pub(crate) struct Cell {
    /// Its kind and its own name, such as `awaiting/last_line_is_a_future`.
    pub(crate) name: String,
    /// Without the marks.
    pub(crate) source: String,
    /// In the order of lines.
    pub(crate) marks: Vec<Mark>,
}

impl Cell {
    /// Takes the marks off the text of a file.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, String> {
        let mut lines = Vec::new();
        let mut marks = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let (code, mark) = match line.rsplit_once("//~") {
                Some((code, mark)) => (code.trim_end(), mark),
                None => (line, ""),
            };
            lines.push(code);
            if code.len() < line.len() {
                let number = index + 1;
                marks.extend(
                    read_mark(number, mark).map_err(|why| format!("{name}:{number}: {why}"))?,
                );
            }
        }
        marks.sort();
        match marks
            .iter()
            .find(|(line, _)| !(1..=lines.len()).contains(line))
        {
            Some((line, _)) => Err(format!(
                "{name}: a mark is on line {line}, which is none of the cell"
            )),
            None if marks.is_empty() => Err(format!("{name}: nothing is marked")),
            None => Ok(Cell {
                name: name.to_owned(),
                source: lines.join("\n"),
                marks,
            }),
        }
    }

    /// What rustc says of it, too.
    pub(crate) fn marks_of_programs(&self) -> Vec<Mark> {
        let marks = self.marks.iter();
        let of_programs = marks.filter(|(_, error)| *error != Error::Notebook);
        of_programs.cloned().collect()
    }
}

/// What stands behind `//~` on this line.
fn read_mark(number: usize, mark: &str) -> Result<Vec<Mark>, String> {
    let words = mark.trim_start_matches(['^', 'v']);
    let arrows = &mark[..mark.len() - words.len()];
    let away = arrows.len();
    let line = match arrows.chars().next() {
        Some('^') => number.checked_sub(away),
        _ => Some(number + away),
    };
    let line = line.filter(|_| arrows.chars().all(|arrow| arrows.starts_with(arrow)));
    let line = line.ok_or_else(|| format!("`{arrows}` points nowhere"))?;
    let errors = words.split_whitespace().map(|word| {
        let error = Error::parse(word);
        error
            .map(|error| (line, error))
            .ok_or_else(|| format!("`{word}` is no error"))
    });
    let errors = errors.collect::<Result<Vec<_>, _>>()?;
    if errors.is_empty() {
        return Err("the mark names no error".to_owned());
    }
    Ok(errors)
}

/// All of them, in the order of their names.
pub(crate) fn cells() -> Vec<Cell> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compiler");
    let mut cells = Vec::new();
    for kind in entries(&folder).filter(|path| path.is_dir()) {
        for file in entries(&kind) {
            let name = file.with_extension("");
            let name = name
                .strip_prefix(&folder)
                .expect("it lies below")
                .display()
                .to_string();
            let text = fs::read_to_string(&file).expect("it is read");
            cells.push(Cell::parse(&name, &text).unwrap_or_else(|why| panic!("{why}")));
        }
    }
    cells
}

fn entries(folder: &Path) -> impl Iterator<Item = std::path::PathBuf> + use<> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths.into_iter()
}
