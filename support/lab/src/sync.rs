//! Keeps each exercise true to its solution, and notebooks in the form in which they are committed.
//!
//! A solution is the source of truth. Its exercise has the same cells but for those tagged `exercise`, which hold the
//! learner's starter. Committed notebooks have no outputs and our kernel's metadata.
//!
//! Authors and learners write into the same files. So what a solution has new is merged into its exercise, around
//! whatever a learner wrote there; only `--tidy` takes away, and keeps a copy.

use crate::course::{Course, is_learners};
use crate::files;
use crate::merge;
use crate::notebook::{
    self, EXERCISE, Notebook, first_line, has_outputs, has_tag, is_answer, is_code,
};
use crate::paths::Paths;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// What to do where notebooks are not what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Merge what solutions have new into their exercises, and touch nothing else.
    Carry,
    /// Bring every notebook of the lab into its committed form, and keep a copy of what was there.
    Tidy,
    /// Change nothing, and fail.
    Check,
}

/// Looks at every notebook of the lab. One that is damaged is told at the end and does not keep the others waiting.
pub(crate) fn all(paths: &Paths, mode: Mode) -> Result<()> {
    let course = Course::of(paths)?;
    let mut wrong = Vec::new();
    for inside in with_missing_exercises(&course) {
        let done = match mode {
            Mode::Carry => carry(paths, &course, &inside),
            Mode::Tidy => bring_back(paths, &course, &inside),
            Mode::Check => is_to_be_committed(paths, &inside),
        };
        match (done, mode) {
            (Ok(Some(why)), Mode::Check) => wrong.push(format!("notebooks/{inside}: {why}")),
            (Ok(Some(what)), _) => eprintln!("notebooks/{inside}: {what}"),
            (Ok(None), _) => {}
            (Err(error), _) => wrong.push(format!("{error:#}")),
        }
    }
    if wrong.is_empty() {
        eprintln!("Notebooks are in sync.");
        return Ok(());
    }
    let list = wrong.join("\n  ");
    if mode == Mode::Check {
        bail!(
            "notebooks have drifted:\n  {list}\n\
             hint: an author brings them back by `cargo lab sync --tidy`, which keeps a copy; a learner's are fine as they are"
        );
    }
    bail!(
        "these were left as they are:\n  {list}\nhint: `cargo lab reset NAME` puts a notebook back, and keeps what was there"
    )
}

/// The notebooks of the lab, and the exercises that solutions have and the folder has not.
fn with_missing_exercises(course: &Course) -> Vec<String> {
    let mut names = course.names().to_vec();
    names.extend(course.exercises());
    names.sort();
    names.dedup();
    names
}

/// What keeps a notebook from being committed as it is.
fn is_to_be_committed(paths: &Paths, inside: &str) -> Result<Option<String>> {
    if let Some(drift) = drift_in_folder(paths, inside)? {
        return Ok(Some(drift.why));
    }
    if !inside.starts_with("exercises/") {
        return Ok(None);
    }
    let exercise = Notebook::read(&paths.notebooks().join(inside))?;
    let answer = exercise.cells().iter().find(|cell| is_answer(cell));
    Ok(answer.map(|cell| {
        format!(
            "the cell that begins with `{}` holds an answer, and no `todo!`",
            first_line(cell)
        )
    }))
}

/// Merges what the solution has new into an exercise.
fn carry(paths: &Paths, course: &Course, inside: &str) -> Result<Option<String>> {
    let Some(mut solution) = solution_of(paths, inside)? else {
        return Ok(None);
    };
    let its = inside.replacen("exercises/", "solutions/", 1);
    let mut said = Vec::new();
    if is_learners(&its, &solution)
        && let Some(original) = course.original(&its)?
    {
        if !merge::same_cells(&original, &solution) {
            said.push(
                "its solution has run, so what you changed there is taken for yours and not for news; \
                 an author clears it by `cargo lab sync --tidy`"
                    .to_owned(),
            );
        }
        // What a learner added to it is no news.
        solution = original;
    }
    let solution = tidy(&solution);
    let path = paths.notebooks().join(inside);
    if !path.exists() {
        files::write(&path, mirror(&solution, &nothing())?.text()?)?;
        return Ok(Some("made from its solution".to_owned()));
    }
    let mine = Notebook::read(&path)?;
    let original = course.original(inside)?;
    let wanted = mirror(&solution, original.as_ref().unwrap_or(&mine))?;
    let merged = merge::notebooks(original.as_ref(), &mine, &wanted);
    let changed = !merge::same_cells(&merged.notebook, &mine)
        || merged.notebook.json["metadata"] != mine.json["metadata"];
    if changed {
        if merged.lost {
            let kept = files::keep(paths, inside, mine.text()?.as_bytes())?;
            said.push(format!("what was there is in `{}`", paths.shown(&kept)));
        }
        files::write(&path, merged.notebook.text()?)?;
        said.insert(0, "has what is new in its solution".to_owned());
    }
    let left = merged.notebook.cells().iter().find(|cell| {
        let mut theirs = wanted.cells().iter();
        let other = theirs.find(|other| other["id"] == cell["id"]);
        !has_tag(cell, EXERCISE) && other.is_some_and(|other| !merge::same(cell, other))
    });
    if let Some(cell) = left {
        said.push(format!(
            "the cell that begins with `{}` is another than the solution's, and was left as it is",
            first_line(cell)
        ));
    }
    Ok((!said.is_empty()).then(|| said.join("; ")))
}

/// Writes a notebook in its committed form, whatever is in it now. Git has what is committed; anything else is kept.
fn bring_back(paths: &Paths, course: &Course, inside: &str) -> Result<Option<String>> {
    let Some(drift) = drift_in_folder(paths, inside)? else {
        return Ok(None);
    };
    let path = paths.notebooks().join(inside);
    let mut said = drift.why;
    if let Ok(bytes) = fs::read(&path)
        && !course.is_committed(inside, &bytes)?
    {
        let kept = files::keep(paths, inside, &bytes)?;
        said = format!("{said}; what was there is in `{}`", paths.shown(&kept));
    }
    files::write(&path, drift.wanted.text()?)?;
    Ok(Some(said))
}

/// The solution of an exercise; nothing for any other notebook.
fn solution_of(paths: &Paths, inside: &str) -> Result<Option<Notebook>> {
    let Some(name) = inside.strip_prefix("exercises/") else {
        return Ok(None);
    };
    let solution = paths.notebooks().join("solutions").join(name);
    if !solution.exists() {
        bail!("`notebooks/{inside}` has no solution of the same name");
    }
    Notebook::read(&solution).map(Some)
}

fn nothing() -> Notebook {
    Notebook {
        json: json!({ "cells": [] }),
    }
}

/// What a notebook is not, and what it should be.
#[derive(Debug)]
pub(crate) struct Drift {
    pub(crate) why: String,
    wanted: Notebook,
}

fn drift_in_folder(paths: &Paths, inside: &str) -> Result<Option<Drift>> {
    let path = paths.notebooks().join(inside);
    let solution = solution_of(paths, inside)?;
    drift(&path, solution.as_ref())
        .with_context(|| format!("`notebooks/{inside}` cannot be looked at"))
}

/// What drifted in a file; an exercise is held against its solution.
pub(crate) fn drift(path: &Path, solution: Option<&Notebook>) -> Result<Option<Drift>> {
    if !path.exists() {
        let wanted = match solution {
            Some(solution) => mirror(solution, &nothing())?,
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
    let written = fs::read_to_string(path)
        .with_context(|| format!("`{}` could not be read", path.display()))?;
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

#[cfg(test)]
mod tests;
