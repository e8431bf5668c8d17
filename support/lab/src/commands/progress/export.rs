//! Saves a learner's work into one file.

use super::file::Work;
use super::solved;
use crate::notebook::{Notebook, course::Course, merge};
use crate::system::{files, paths::Paths};
use anyhow::{Result, anyhow};
use fs_err as fs;
use std::path::Path;

/// Writes the work into a new file: all exercises, every other notebook that the learner changed or made. One that is
/// damaged goes along as it is.
pub(crate) fn export(paths: &Paths, progress: Option<&Path>, file: &Path) -> Result<()> {
    let shown = file.display();
    let taken = || anyhow!("`{shown}` exists already\nhint: choose another name");
    if file.exists() {
        return Err(taken());
    }
    let course = Course::of(paths)?;
    let mut work = Work::new(solved(progress)?);
    let mut names = course.with_missing_exercises();
    names.extend(course.strays()?);
    names.sort();
    for inside in names {
        let path = paths.notebooks().join(&inside);
        if !path.exists() {
            continue;
        }
        let bytes = fs::read(&path)?;
        let Ok(notebook) = Notebook::parse(&bytes) else {
            eprintln!("notebooks/{inside} is damaged; it is exported as it is.");
            let text = String::from_utf8_lossy(&bytes).into_owned();
            work.damaged.insert(inside, text);
            continue;
        };
        let original = course.original(&inside)?;
        let changed = original
            .as_ref()
            .is_none_or(|original| !merge::same_cells(original, &notebook));
        if inside.starts_with("exercises/") || changed {
            let notebook = notebook.without_outputs();
            work.notebooks.insert(inside.clone(), notebook.json);
            if let Some(original) = original {
                work.made_from.insert(inside, original.json);
            }
        }
    }
    if !files::write_new(file, serde_json::to_string_pretty(&work)?)? {
        return Err(taken());
    }
    println!(
        "{} notebooks and {} solved exercises are in `{shown}`; keep that file; this brings the work back:\n  cargo lab \
         progress --import {shown}",
        work.notebooks.len() + work.damaged.len(),
        course.solved(&work.solved),
    );
    Ok(())
}
