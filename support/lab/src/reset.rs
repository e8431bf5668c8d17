//! Puts a notebook back to what the lab has, and keeps what was there.

use crate::course::Course;
use crate::files;
use crate::paths::Paths;
use crate::sync;
use anyhow::{Context, Result};
use std::fs;

/// Puts back every notebook that is named: by the number of an exercise, or by its name.
pub(crate) fn notebooks(paths: &Paths, names: &[String]) -> Result<()> {
    let course = Course::of(paths)?;
    // All names are looked up before anything is written.
    let found = names
        .iter()
        .map(|name| course.named(name))
        .collect::<Result<Vec<_>>>()?;
    for inside in found {
        let original = course.original(&inside)?.with_context(|| {
            format!(
                "it is not known what `notebooks/{inside}` was\nhint: git knows it once it is added"
            )
        })?;
        let text = sync::tidy(&original).text()?;
        let path = paths.notebooks().join(&inside);
        let there = match fs::read(&path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                return Err(error)
                    .with_context(|| format!("`{}` could not be read", path.display()));
            }
        };
        if there.as_deref() == Some(text.as_bytes()) {
            println!("notebooks/{inside} is as the lab has it; nothing was changed.");
            continue;
        }
        let kept = there
            .map(|bytes| files::keep(paths, &inside, &bytes))
            .transpose()?;
        files::write(&path, text)?;
        println!("notebooks/{inside} is as the lab has it.");
        if let Some(kept) = kept {
            println!("  What you had is in `{}`.", paths.shown(&kept));
        }
        println!("  If it is open in JupyterLab, take *File › Reload Notebook from Disk*.");
    }
    Ok(())
}
