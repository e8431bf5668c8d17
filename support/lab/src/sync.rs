//! Keeps each exercise true to its solution, and notebooks in the form in which they are committed.
//!
//! A solution is the source of truth. Its exercise has the same cells but for those tagged `exercise`, which hold the
//! learner's starter. Committed notebooks have no outputs and our kernel's metadata.

use crate::notebook::{self, EXERCISE, Notebook, has_tag, is_code};
use crate::paths::Paths;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Carries shared cells over and tidies every notebook; with `check`, changes nothing and fails where it would have.
pub(crate) fn all(paths: &Paths, check: bool) -> Result<()> {
    let drifted = drift(&paths.notebooks())?;
    if check {
        if drifted.is_empty() {
            eprintln!("Notebooks are in sync.");
            return Ok(());
        }
        let list: Vec<_> = drifted
            .iter()
            .map(|drift| format!("  {}: {}", paths.shown(&drift.path), drift.why))
            .collect();
        bail!(
            "notebooks have drifted:\n{}\nhint: `cargo lab sync` brings them back",
            list.join("\n")
        );
    }
    for drift in drifted {
        let text = drift.wanted.text()?;
        fs::write(&drift.path, text)
            .with_context(|| format!("`{}` could not be written", drift.path.display()))?;
        eprintln!("{}: {}", paths.shown(&drift.path), drift.why);
    }
    Ok(())
}

/// A notebook that is not what it should be.
#[derive(Debug)]
struct Drift {
    path: PathBuf,
    why: String,
    wanted: Notebook,
}

fn drift(notebooks: &Path) -> Result<Vec<Drift>> {
    let mut drifted = Vec::new();
    for path in notebook::find(&[notebooks.to_owned()])? {
        let found = Notebook::read(&path)?;
        let solution = notebooks
            .join("solutions")
            .join(path.file_name().unwrap_or_default());
        let mirrored = path
            .parent()
            .is_some_and(|folder| folder.ends_with("exercises"));
        let wanted = if mirrored {
            if !solution.exists() {
                bail!("`{}` has no solution of the same name", path.display());
            }
            mirror(&tidy(&Notebook::read(&solution)?), &tidy(&found))
                .with_context(|| format!("`{}` cannot follow its solution", path.display()))?
        } else {
            tidy(&found)
        };
        let written = fs::read_to_string(&path)
            .with_context(|| format!("`{}` could not be read", path.display()))?;
        if let Some(why) = difference(&found, &wanted).or_else(|| {
            wanted
                .text()
                .is_ok_and(|text| text != written)
                .then(|| "is not written the way Jupyter writes".to_owned())
        }) {
            drifted.push(Drift { path, why, wanted });
        }
    }
    for path in notebook::find(&[notebooks.join("solutions")])? {
        let exercise = notebooks
            .join("exercises")
            .join(path.file_name().unwrap_or_default());
        if !exercise.exists() {
            let starter = mirror(
                &tidy(&Notebook::read(&path)?),
                &Notebook {
                    json: json!({ "cells": [] }),
                },
            )?;
            drifted.push(Drift {
                path: exercise,
                why: "is missing".to_owned(),
                wanted: starter,
            });
        }
    }
    Ok(drifted)
}

/// The committed form: no outputs, no counts, our metadata, sources as lists of lines.
fn tidy(notebook: &Notebook) -> Notebook {
    let cells: Vec<Value> = notebook.cells().iter().map(tidy_cell).collect();
    let mut json = notebook.json.clone();
    let title = notebook.json["metadata"]["title"].clone();
    json["cells"] = cells.into();
    json["metadata"] = notebook::metadata();
    if title.is_string() {
        json["metadata"]["title"] = title;
    }
    json["nbformat"] = 4.into();
    json["nbformat_minor"] = 5.into();
    Notebook { json }
}

fn tidy_cell(cell: &Value) -> Value {
    let source: Vec<Value> = notebook::source(cell)
        .split_inclusive('\n')
        .map(Value::from)
        .collect();
    let tags = &cell["metadata"]["tags"];
    let metadata = if tags.is_array() {
        json!({ "tags": tags })
    } else {
        json!({})
    };
    let mut tidy = json!({ "cell_type": cell["cell_type"] });
    if is_code(cell) {
        tidy["execution_count"] = Value::Null;
    }
    tidy["id"] = cell["id"].clone();
    tidy["metadata"] = metadata;
    if is_code(cell) {
        tidy["outputs"] = json!([]);
    }
    tidy["source"] = source.into();
    tidy
}

/// The exercise that belongs to a solution: its cells, and the starters of `exercise` where it has them.
fn mirror(solution: &Notebook, exercise: &Notebook) -> Result<Notebook> {
    let mut mirrored = solution.clone();
    let cells = mirrored.json["cells"]
        .as_array_mut()
        .context("a solution has cells")?;
    for cell in cells.iter_mut().filter(|cell| has_tag(cell, EXERCISE)) {
        let id = &cell["id"];
        if !id.is_string() {
            bail!("a cell tagged `{EXERCISE}` has no id to be found by");
        }
        let starter = exercise.cells().iter().find(|starter| starter["id"] == *id);
        cell["source"] = match starter {
            Some(starter) => starter["source"].clone(),
            None => json!(["todo!(\"say the task in words\")"]),
        };
    }
    Ok(mirrored)
}

/// The first difference in words.
fn difference(found: &Notebook, wanted: &Notebook) -> Option<String> {
    let outputs = found.cells().iter().position(|cell| {
        cell["outputs"]
            .as_array()
            .is_some_and(|outputs| !outputs.is_empty())
            || cell["execution_count"].is_number()
    });
    if let Some(index) = outputs {
        return Some(format!("cell {index} has outputs"));
    }
    if found.json["metadata"] != wanted.json["metadata"] {
        return Some("its metadata is not the kernel's".to_owned());
    }
    let (here, there) = (found.cells(), wanted.cells());
    if let Some(index) = here
        .iter()
        .zip(there)
        .position(|(cell, other)| tidy_cell(cell) != *other)
    {
        return Some(format!("cell {index} differs from the solution"));
    }
    if here.len() != there.len() {
        return Some(format!(
            "it has {} cells, its solution {}",
            here.len(),
            there.len()
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(id: &str, source: &str, tags: &[&str]) -> Value {
        json!({ "cell_type": "code", "id": id, "metadata": { "tags": tags }, "source": source,
                "outputs": [], "execution_count": null })
    }

    /// A folder of notebooks with one exercise in sync, changed by `spoil` before it is looked at.
    fn drift_after(spoil: impl FnOnce(&mut Value)) -> Vec<String> {
        let scratch = tempfile::tempdir().expect("a folder");
        let write = |name: &str, json: Value| {
            let file = scratch.path().join(name);
            fs::create_dir_all(file.parent().expect("a parent")).expect("made");
            fs::write(file, Notebook { json }.text().expect("JSON")).expect("written");
        };
        let solution = tidy(&Notebook {
            json: json!({ "cells": [cell("a", "1 + 1", &[]), cell("b", "2", &[EXERCISE])] }),
        });
        let mut exercise = solution.json.clone();
        exercise["cells"][1]["source"] = json!(["todo!(\"two\")"]);
        spoil(&mut exercise);
        write("solutions/1_x.ipynb", solution.json);
        write("exercises/1_x.ipynb", exercise);
        drift(scratch.path())
            .expect("it can be told")
            .into_iter()
            .map(|drift| drift.why)
            .collect()
    }

    #[test]
    fn a_starter_may_differ_and_nothing_else() {
        assert_eq!(drift_after(|_| {}), Vec::<String>::new());
        let why = drift_after(|exercise| exercise["cells"][0]["source"] = json!(["1 + 2"]));
        assert_eq!(why, ["cell 0 differs from the solution"]);
    }

    #[test]
    fn outputs_and_foreign_metadata_are_found() {
        let why = drift_after(|exercise| {
            exercise["cells"][0]["outputs"] = json!([{ "output_type": "stream" }])
        });
        assert_eq!(why, ["cell 0 has outputs"]);
        let why = drift_after(|exercise| exercise["metadata"] = json!({}));
        assert_eq!(why, ["its metadata is not the kernel's"]);
    }

    #[test]
    fn a_missing_cell_is_found() {
        let why = drift_after(|exercise| {
            exercise["cells"].as_array_mut().expect("cells").pop();
        });
        assert_eq!(why, ["it has 1 cells, its solution 2"]);
    }
}
