//! Notebooks as files: read, told apart by their tags, written the way Jupyter writes them.

use crate::process;
use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// The tag of a cell that the learner writes.
pub(crate) const EXERCISE: &str = "exercise";

/// The tag of a cell that must fail.
pub(crate) const FAILS: &str = "raises-exception";

/// A notebook, kept as JSON so that whatever we do not know about survives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Notebook {
    pub(crate) json: Value,
}

impl Notebook {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("`{}` could not be read", path.display()))?;
        let json: Value = serde_json::from_str(&text)
            .with_context(|| format!("`{}` is not a notebook", path.display()))?;
        if !json["cells"].is_array() {
            bail!("`{}` is not a notebook: it has no cells", path.display());
        }
        Ok(Notebook { json })
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
            "name": crate::paths::KERNEL,
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

/// The notebooks that `paths` name, folders searched, in a stable order.
pub(crate) fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        let before = found.len();
        collect(path, &mut found)?;
        if found.len() == before {
            bail!("there is no notebook in `{}`", path.display());
        }
    }
    Ok(found)
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_dir() {
        let entries = process::entries(path)?;
        let hidden = |entry: &Path| {
            entry
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with('.'))
        };
        return entries
            .iter()
            .filter(|entry| {
                !hidden(entry)
                    && (entry.is_dir() || entry.extension().is_some_and(|end| end == "ipynb"))
            })
            .try_for_each(|entry| collect(entry, found));
    }
    if !path.exists() {
        bail!("`{}` does not exist", path.display());
    }
    found.push(path.to_owned());
    Ok(())
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
    fn what_is_not_a_notebook_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("x.ipynb");
        fs::write(&file, "{}").expect("written");
        assert!(
            Notebook::read(&file)
                .expect_err("no cells")
                .to_string()
                .contains("x.ipynb")
        );
        assert!(find(&[folder.path().join("y.ipynb")]).is_err());
    }
}
