//! Notebooks as files: read, told apart by their tags, written the way Jupyter writes them.

pub(crate) mod committed;
pub(crate) mod course;
pub(crate) mod kept;
pub(crate) mod merge;
pub(crate) mod outcome;
#[path = "../../src/solved/record.rs"]
pub(crate) mod record;
pub(crate) mod run;
#[cfg(test)]
pub(crate) mod scratch;
pub(crate) mod tested;
mod valid;

use crate::system::files;
use anyhow::{Context, Result, bail};
use fs_err as fs;
use proc_macro2::{TokenStream, TokenTree};
use serde::Serialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The tag of a cell that the learner writes.
pub(crate) const EXERCISE: &str = "exercise";

/// The tag of a cell that must fail.
pub(crate) const FAILS: &str = "raises-exception";

/// The tag of a cell that fails until the exercise is solved, beside the one of Jupyter's that lets it.
pub(crate) const UNTIL_SOLVED: &str = "until-solved";

/// A notebook, kept as JSON, so that what a learner wrote stays to the letter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Notebook {
    pub(crate) json: Value,
}

impl Notebook {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path)?;
        Notebook::parse(&bytes)
            .with_context(|| format!("`{}` cannot be read as a notebook", path.display()))
    }

    /// A notebook from the bytes of its file. Some editors put a mark in front of them that says how they are encoded.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        Notebook::of(serde_json::from_slice(bytes)?)
    }

    /// A notebook of which everything holds that we rely on, and that Jupyter's format asks for.
    pub(crate) fn of(mut json: Value) -> Result<Self> {
        let Some(cells) = json["cells"].as_array() else {
            bail!("it has no cells");
        };
        if json.get("nbformat").is_some_and(|format| *format != 4) {
            bail!("its format is another than 4\nhint: open it in JupyterLab, and save it");
        }
        if !json["metadata"].is_object() && !json["metadata"].is_null() {
            bail!("its metadata is not an object");
        }
        if let Some(cell) = cells.iter().find(|cell| !is_cell(cell)) {
            let text: String = cell.to_string().chars().take(60).collect();
            bail!("one of its cells is none: `{text}`");
        }
        valid::complete(&mut json);
        Ok(Notebook { json })
    }

    /// A notebook of these cells.
    pub(crate) fn with(cells: impl IntoIterator<Item = Value>) -> Self {
        let cells: Vec<Value> = cells.into_iter().collect();
        Notebook {
            json: json!({ "cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5 }),
        }
    }

    /// The notebook without what running it left.
    pub(crate) fn without_outputs(mut self) -> Self {
        for cell in self.json["cells"].as_array_mut().into_iter().flatten() {
            if is_code(cell) {
                cell["outputs"] = json!([]);
                cell["execution_count"] = Value::Null;
            }
        }
        self
    }

    /// Whether it has run.
    pub(crate) fn has_outputs(&self) -> bool {
        self.cells().iter().any(has_outputs)
    }

    pub(crate) fn cells(&self) -> &[Value] {
        self.json["cells"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The text as Jupyter writes it: one space of indentation, a line feed at the end.
    pub(crate) fn text(&self) -> Result<String> {
        let mut bytes = Vec::new();
        let format = serde_json::ser::PrettyFormatter::with_indent(b" ");
        self.json
            .serialize(&mut serde_json::Serializer::with_formatter(
                &mut bytes, format,
            ))?;
        bytes.push(b'\n');
        Ok(String::from_utf8(bytes)?)
    }
}

fn is_cell(cell: &Value) -> bool {
    let or_none = |value: &Value, right: bool| right || value.is_null();
    ["code", "markdown", "raw"]
        .iter()
        .any(|kind| cell["cell_type"] == *kind)
        && valid::is_text(&cell["source"])
        && or_none(&cell["metadata"], cell["metadata"].is_object())
        && or_none(&cell["id"], cell["id"].is_string())
        && or_none(&cell["outputs"], cell["outputs"].is_array())
}

/// Whether a cell has run.
pub(crate) fn has_outputs(cell: &Value) -> bool {
    cell["outputs"]
        .as_array()
        .is_some_and(|outputs| !outputs.is_empty())
        || cell["execution_count"].is_number()
}

/// The line of a cell that people know it by: the first that says something.
pub(crate) fn first_line(cell: &Value) -> String {
    let source = source(cell);
    let line = source.lines().find(|line| !line.trim().is_empty());
    line.unwrap_or_default().trim().chars().take(60).collect()
}

/// Whether code still has a `todo!`, rather than one in a comment or in a text. Code that cannot be taken apart is
/// searched as text.
pub(crate) fn has_todo(code: &str) -> bool {
    fn among(tokens: TokenStream) -> bool {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let calls = tokens.windows(3).any(|three| match three {
            [
                TokenTree::Ident(word),
                TokenTree::Punct(mark),
                TokenTree::Group(_),
            ] => word == "todo" && mark.as_char() == '!',
            _ => false,
        });
        calls
            || tokens.into_iter().any(|token| match token {
                TokenTree::Group(group) => among(group.stream()),
                _ => false,
            })
    }
    code.parse().map_or_else(|_| code.contains("todo!("), among)
}

/// Whether a cell that the learner writes holds an answer: code, without a `todo!`.
pub(crate) fn is_answer(cell: &Value) -> bool {
    let code = source(cell);
    let says_nothing = code
        .parse()
        .is_ok_and(|tokens: TokenStream| tokens.is_empty());
    has_tag(cell, EXERCISE) && !says_nothing && !has_todo(&code)
}

/// The source of a cell as one text; files hold it as a list of lines.
pub(crate) fn source(cell: &Value) -> String {
    text_of(&cell["source"])
}

/// A text that notebooks hold as one string or as a list of lines.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}

pub(crate) fn is_code(cell: &Value) -> bool {
    cell["cell_type"] == "code"
}

pub(crate) fn has_tag(cell: &Value, tag: &str) -> bool {
    cell["metadata"]["tags"]
        .as_array()
        .is_some_and(|tags| tags.iter().any(|known| known == tag))
}

/// What the metadata of every committed notebook says: our kernel, and the language, without which pages would be
/// highlighted as Python.
pub(crate) fn metadata() -> Value {
    json!({
        "kernelspec": {
            "display_name": "Rust (async lab)",
            "language": "rust",
            "name": crate::system::paths::KERNEL,
        },
        "language_info": {
            "codemirror_mode": "rust",
            "file_extension": ".rs",
            "mimetype": "text/rust",
            "name": "Rust",
            "pygment_lexer": "rust",
            "version": "",
        },
    })
}

/// A notebook to run: where it lies, or would, and the file that holds it. Tests run what the lab has in the place of
/// what a learner wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) path: PathBuf,
    pub(crate) file: PathBuf,
}

impl Subject {
    /// A notebook that runs as it lies there.
    pub(crate) fn itself(path: &Path) -> Self {
        Subject {
            path: path.to_owned(),
            file: path.to_owned(),
        }
    }
}

/// The notebooks that `paths` name, folders searched, in a stable order.
pub(crate) fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        let shown = path.display();
        let there = if path.is_dir() {
            below(path)?
        } else if path.exists() {
            vec![path.clone()]
        } else {
            bail!("`{shown}` does not exist")
        };
        if there.is_empty() {
            bail!("there is no notebook in `{shown}`");
        }
        found.extend(there);
    }
    Ok(found)
}

/// The notebooks below a folder, which may be none.
pub(crate) fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    files::below(folder, &|entry| {
        !files::name(entry).starts_with('.')
            && (entry.is_dir() || entry.extension().is_some_and(|end| end == "ipynb"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_one_text_however_it_is_held() {
        assert_eq!(source(&json!({ "source": ["a\n", "b"] })), "a\nb");
        assert_eq!(source(&json!({ "source": "a\nb" })), "a\nb");
    }

    #[test]
    fn a_todo_counts_where_it_would_run() {
        assert!(has_todo("fn a() { todo!(\"x\") }"));
        assert!(has_todo("fn a() { todo ! [] }"));
        assert!(!has_todo(
            "// todo!(\"x\")\n/* todo!() */ fn a() -> bool { todo != \"todo!()\" }"
        ));
        let cell = |source: &str| json!({ "source": source, "metadata": { "tags": [EXERCISE] } });
        assert!(is_answer(&cell("// todo!(\"done\")\nfn a() {}")));
        assert!(!is_answer(&cell("// Room for a function.")));
        assert!(!is_answer(&cell("fn a() { todo!() }")));
    }

    #[test]
    fn what_only_looks_like_a_notebook_is_none() {
        for text in [
            "5",
            "\"hello\"",
            "",
            "{\"cells\": [",
            "{\"cells\": \"x\"}",
            "{\"cells\": [5]}",
            "{\"cells\": [{\"cell_type\": \"code\", \"source\": 7}]}",
            "{\"cells\": [], \"nbformat\": 3}",
            "{\"cells\": [], \"metadata\": []}",
        ] {
            assert!(Notebook::parse(text.as_bytes()).is_err(), "{text}");
        }
        let marked = "\u{feff}{\r\n\"cells\": []}\r\n";
        assert!(Notebook::parse(marked.as_bytes()).is_ok());
    }

    #[test]
    fn what_is_not_a_notebook_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("x.ipynb");
        fs::write(&file, "{}").expect("written");
        let error = Notebook::read(&file).expect_err("no cells");
        assert!(error.to_string().contains("x.ipynb"), "{error}");
        assert!(find(&[folder.path().join("y.ipynb")]).is_err());
    }
}
