//! A learner's work: which exercises are solved, and what was written into their notebooks.
//!
//! A session on Binder ends, and everything in it is gone. The work goes into one file, and from the file into another
//! checkout.

use crate::notebook::{self, Notebook, is_code};
use crate::paths::Paths;
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// What the file says of itself.
const FORMAT: &str = "async-lab-work/1";

/// Where notebooks that an import replaces are kept.
const REPLACED: &str = ".replaced";

/// The file with the work.
#[derive(Debug, Serialize, Deserialize)]
struct Work {
    format: String,
    /// Exercise to the second, since 1970, in which it was first solved.
    solved: BTreeMap<String, u64>,
    /// The notebooks of the exercises, without outputs, by their place among the notebooks.
    notebooks: BTreeMap<String, Value>,
}

/// The file in which checks note what is solved: the one that `support` writes.
pub(crate) fn progress_file(paths: &Paths) -> PathBuf {
    match env::var_os("LAB_PROGRESS") {
        Some(file) if !file.is_empty() => file.into(),
        _ => paths.root.join(".progress.json"),
    }
}

fn solved(file: &Path) -> Result<BTreeMap<String, u64>> {
    if !file.exists() {
        return Ok(BTreeMap::new());
    }
    let text = fs::read_to_string(file)
        .with_context(|| format!("`{}` could not be read", file.display()))?;
    serde_json::from_str(&text).with_context(|| {
        format!(
            "`{}` is not what checks write\nhint: delete it, and run the checks of what you have solved once more",
            file.display()
        )
    })
}

/// The exercises, by their place among the notebooks.
fn exercises(paths: &Paths) -> Result<Vec<(String, PathBuf)>> {
    let found = notebook::find(&[paths.notebooks().join("exercises")])?;
    Ok(found
        .into_iter()
        .map(|path| {
            let inside = path.strip_prefix(paths.notebooks()).unwrap_or(&path);
            (inside.to_string_lossy().into_owned(), path.clone())
        })
        .collect())
}

/// Prints which exercises are solved.
pub(crate) fn tell(paths: &Paths, progress: &Path) -> Result<()> {
    let solved = solved(progress)?;
    let all = exercises(paths)?;
    let is_solved = |inside: &str| solved.contains_key(&name(inside));
    for (inside, _) in &all {
        let mark = if is_solved(inside) { "solved" } else { "open" };
        println!("{mark:8}{inside}");
    }
    let done = all.iter().filter(|(inside, _)| is_solved(inside)).count();
    println!("{done} of {} solved", all.len());
    Ok(())
}

/// The name under which an exercise is noted: that of its notebook.
fn name(inside: &str) -> String {
    let stem = Path::new(inside).file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// Writes the work into a new file.
pub(crate) fn export(paths: &Paths, progress: &Path, file: &Path) -> Result<()> {
    if file.exists() {
        bail!(
            "`{}` is there already\nhint: name another file",
            file.display()
        );
    }
    let mut work = Work {
        format: FORMAT.to_owned(),
        solved: solved(progress)?,
        notebooks: BTreeMap::new(),
    };
    for (inside, path) in exercises(paths)? {
        work.notebooks
            .insert(inside, without_outputs(Notebook::read(&path)?).json);
    }
    fs::write(file, serde_json::to_string_pretty(&work)?)
        .with_context(|| format!("`{}` could not be written", file.display()))?;
    println!(
        "{} notebooks and {} solved exercises are in `{}`; keep that file, and bring it back by\n  cargo lab progress --import {}",
        work.notebooks.len(),
        work.solved.len(),
        file.display(),
        file.display()
    );
    Ok(())
}

fn without_outputs(mut notebook: Notebook) -> Notebook {
    for cell in notebook.json["cells"].as_array_mut().into_iter().flatten() {
        if is_code(cell) {
            cell["outputs"] = json!([]);
            cell["execution_count"] = Value::Null;
        }
    }
    notebook
}

/// Brings the work of a file back. A notebook that differs is moved aside first, never lost.
pub(crate) fn import(paths: &Paths, progress: &Path, file: &Path) -> Result<()> {
    let text = fs::read_to_string(file)
        .with_context(|| format!("`{}` could not be read", file.display()))?;
    let work: Work = serde_json::from_str(&text)
        .ok()
        .filter(|work: &Work| work.format == FORMAT)
        .with_context(|| {
            format!(
                "`{}` is not a file of this lab's work\nhint: such a file is written by `cargo lab progress --export FILE`",
                file.display()
            )
        })?;
    // All of it is looked at before any of it is written.
    let known = exercises(paths)?;
    for inside in work.notebooks.keys() {
        let plain = Path::new(inside)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !plain || !known.iter().any(|(exercise, _)| exercise == inside) {
            bail!(
                "`{}` holds a notebook that this lab does not have: `{inside}`\nhint: it may be of another version of the lab",
                file.display()
            );
        }
    }
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let aside = paths.root.join(REPLACED).join(seconds.to_string());
    let mut changed = 0;
    for (inside, path) in known {
        let Some(wanted) = work.notebooks.get(&inside) else {
            continue;
        };
        let wanted = Notebook {
            json: wanted.clone(),
        };
        if without_outputs(Notebook::read(&path)?) == wanted {
            continue;
        }
        let kept = aside.join(&inside);
        let folder = kept.parent().context("it lies in a folder")?;
        fs::create_dir_all(folder)
            .and_then(|()| fs::copy(&path, &kept).map(|_| ()))
            .with_context(|| format!("`{}` could not be kept", path.display()))?;
        fs::write(&path, wanted.text()?)
            .with_context(|| format!("`{}` could not be written", path.display()))?;
        println!("{inside}: brought back");
        changed += 1;
    }
    if changed > 0 {
        println!("What was there before is in `{}`.", paths.shown(&aside));
    }
    let mut solved = solved(progress)?;
    for (exercise, second) in work.solved {
        let first = solved.entry(exercise).or_insert(second);
        *first = second.min(*first);
    }
    fs::write(progress, serde_json::to_string_pretty(&solved)?)
        .with_context(|| format!("`{}` could not be written", progress.display()))?;
    println!("{} exercises are solved.", solved.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notebook(source: &str, output: u8) -> String {
        json!({ "cells": [{ "cell_type": "code", "source": source, "outputs": [output], "execution_count": 3 }] })
            .to_string()
    }

    #[test]
    fn work_comes_back_and_nothing_is_lost() {
        let scratch = tempfile::tempdir().expect("a folder");
        let paths = Paths::of(scratch.path()).expect("a folder");
        let exercise = paths.notebooks().join("exercises/1_first.ipynb");
        fs::create_dir_all(exercise.parent().expect("a folder")).expect("made");
        let progress = scratch.path().join("progress.json");
        let file = scratch.path().join("work.json");
        fs::write(&exercise, notebook("mine", 1)).expect("written");
        fs::write(&progress, "{\"1_first\": 10}").expect("written");
        export(&paths, &progress, &file).expect("exported");
        assert!(
            export(&paths, &progress, &file).is_err(),
            "it is there already"
        );

        // Outputs are not work.
        fs::write(&exercise, notebook("mine", 2)).expect("written");
        import(&paths, &progress, &file).expect("imported");
        assert!(!scratch.path().join(REPLACED).exists());

        fs::write(&exercise, notebook("another's", 1)).expect("written");
        fs::write(&progress, "{\"1_first\": 20, \"2_second\": 30}").expect("written");
        import(&paths, &progress, &file).expect("imported");
        let text = fs::read_to_string(&exercise).expect("read");
        assert!(text.contains("mine") && !text.contains("another's"));
        assert_eq!(
            solved(&progress).expect("read"),
            BTreeMap::from([("1_first".to_owned(), 10), ("2_second".to_owned(), 30)])
        );
        let aside = notebook::find(&[scratch.path().join(REPLACED)]).expect("kept");
        let kept = fs::read_to_string(&aside[0]).expect("read");
        assert!(kept.contains("another's"));
    }

    #[test]
    fn a_file_that_holds_anything_else_changes_nothing() {
        let scratch = tempfile::tempdir().expect("a folder");
        let paths = Paths::of(scratch.path()).expect("a folder");
        fs::create_dir_all(paths.notebooks().join("exercises")).expect("made");
        let progress = scratch.path().join("progress.json");
        let file = scratch.path().join("work.json");
        for text in [
            "no JSON".to_owned(),
            json!({ "format": "other/1", "solved": {}, "notebooks": {} }).to_string(),
            json!({ "format": FORMAT, "solved": { "x": 1 }, "notebooks": { "../../etc/x.ipynb": {} } }).to_string(),
        ] {
            fs::write(&file, text).expect("written");
            assert!(import(&paths, &progress, &file).is_err());
            assert!(!progress.exists());
        }
    }
}
