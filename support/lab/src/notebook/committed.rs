//! The form in which notebooks are committed, and what keeps one from having it.
//!
//! They have no outputs and our kernel's metadata. A solution is the source of truth: its exercise has the same cells but for
//! those tagged `exercise`, which hold the learner's starter.

use crate::notebook::{self, EXERCISE, Notebook, first_line, has_outputs, has_tag, is_code};
use crate::system::paths::Paths;
use anyhow::{Context, Result, bail};
use fs_err as fs;
use serde_json::{Value, json};
use std::path::Path;

/// The solution of an exercise; nothing for any other notebook.
pub(crate) fn solution_of(paths: &Paths, inside: &str) -> Result<Option<Notebook>> {
    let Some(name) = inside.strip_prefix("exercises/") else {
        return Ok(None);
    };
    let solution = paths.notebooks().join("solutions").join(name);
    if !solution.exists() {
        bail!("`notebooks/{inside}` has no solution of the same name");
    }
    Notebook::read(&solution).map(Some)
}

/// What a notebook is not, and what it should be.
#[derive(Debug)]
pub(crate) struct Drift {
    pub(crate) why: String,
    pub(crate) wanted: Notebook,
}

pub(crate) fn drift_in_folder(paths: &Paths, inside: &str) -> Result<Option<Drift>> {
    let path = paths.notebooks().join(inside);
    let solution = solution_of(paths, inside)?;
    drift(&path, solution.as_ref())
        .with_context(|| format!("`notebooks/{inside}` cannot be looked at"))
}

/// What drifted in a file; an exercise is held against its solution.
pub(crate) fn drift(path: &Path, solution: Option<&Notebook>) -> Result<Option<Drift>> {
    if !path.exists() {
        let wanted = match solution {
            Some(solution) => mirror(solution, &Notebook::with([]))?,
            None => bail!("it is missing"),
        };
        let why = "is missing".to_owned();
        return Ok(Some(Drift { why, wanted }));
    }
    let found = Notebook::read(path)?;
    let wanted = match solution {
        Some(solution) => mirror(&tidy(solution), &tidy(&found))
            .with_context(|| format!("`{}` cannot follow its solution", path.display()))?,
        None => tidy(&found),
    };
    let written = fs::read_to_string(path)?;
    let why = difference(&found, &wanted).or_else(|| {
        wanted
            .text()
            .is_ok_and(|text| text != written)
            .then(|| "is not written the way Jupyter writes".to_owned())
    });
    Ok(why.map(|why| Drift { why, wanted }))
}

/// The committed form: no outputs, no counts, our metadata, sources as lists of lines.
pub(crate) fn tidy(notebook: &Notebook) -> Notebook {
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
    let source = notebook::source(cell);
    let source: Vec<_> = source.split_inclusive('\n').collect();
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
pub(crate) fn mirror(solution: &Notebook, exercise: &Notebook) -> Result<Notebook> {
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
    let named = |cell: &Value, what: &str| {
        format!("the cell that begins with `{}` {what}", first_line(cell))
    };
    if let Some(cell) = found.cells().iter().find(|cell| has_outputs(cell)) {
        return Some(named(cell, "has outputs"));
    }
    if found.json["metadata"] != wanted.json["metadata"] {
        return Some("its metadata is not the kernel's".to_owned());
    }
    let (here, there) = (found.cells(), wanted.cells());
    let mut pairs = here.iter().zip(there);
    if let Some((cell, _)) = pairs.find(|(cell, other)| tidy_cell(cell) != **other) {
        return Some(named(cell, "differs from the solution's"));
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
