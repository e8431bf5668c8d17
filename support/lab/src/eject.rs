//! Turns a notebook into an ordinary cargo project.
//!
//! A cell is compiled as the body of a function, so items and statements stand side by side in it. In the project, the
//! items of all cells go to the top of `src/main.rs`, and the statements follow one another in `main`: what comes before
//! the first `.await` without a runtime, as in the notebook, and the rest inside one. Cells that are there to fail stay out.

mod program;

use crate::notebook::{self, EXERCISE, FAILS, Notebook, has_tag, is_code, source};
use crate::paths::Paths;
use crate::plain;
use crate::process;
use anyhow::{Context, Result, bail};
use program::Program;
use std::fs;
use std::path::{Path, PathBuf};

/// What the kernel's Tokio can do, for a program that awaits in `main`.
const TOKIO_FEATURES: &str = "[\"full\"]";

/// Writes the project of exercise `number`, or of its solution, into a new folder.
pub(crate) fn project(paths: &Paths, number: u32, solution: bool, folder: &Path) -> Result<()> {
    let kind = if solution { "solutions" } else { "exercises" };
    let path = numbered(&paths.notebooks().join(kind), number)?;
    let notebook = Notebook::read(&path)?;
    if let Some(cell) = notebook
        .cells()
        .iter()
        .find(|cell| has_tag(cell, EXERCISE) && source(cell).contains("todo!("))
    {
        let first = source(cell);
        bail!(
            "`{}` is not solved yet: a cell still has its `todo!`, the one that begins with `{}`\n\
             hint: solve it, or take the solution by `cargo lab eject {number} --solution DIR`",
            paths.shown(&path),
            first.lines().next().unwrap_or_default()
        );
    }
    if folder.exists() && !process::entries(folder)?.is_empty() {
        bail!(
            "`{}` holds something already\nhint: name a folder that does not exist yet",
            folder.display()
        );
    }
    let mut program = Program::default();
    for (index, cell) in notebook.cells().iter().enumerate() {
        if is_code(cell) && !has_tag(cell, FAILS) {
            program
                .add(&source(cell))
                .with_context(|| format!("cell {index} of `{}` is not Rust", paths.shown(&path)))?;
        } else if let Some(title) = source(cell)
            .lines()
            .find_map(|line| line.strip_prefix("## "))
        {
            program.title(title);
        }
    }
    plain::write(paths, folder)?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = name
        .trim_start_matches(|character: char| character.is_ascii_digit() || character == '_')
        .replace('_', "-");
    let lock = read(&paths.root.join("Cargo.lock"))?;
    let workspace = read(&folder.join("Cargo.toml"))?;
    let (_, workspace) = workspace
        .split_once("[workspace]")
        .context("`Cargo.toml` has no workspace")?;
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\n\
         support = {{ path = \"support\" }} # the crate of the async lab: timing, figures, servers, checks\n\
         tokio = {{ version = \"={tokio}\", features = {TOKIO_FEATURES} }} # the runtime\n\n\
         [workspace]{workspace}",
        tokio = locked("tokio", &lock).context("`Cargo.lock` has no tokio")?,
    );
    let about = format!(
        "`{}` of the async lab, as a program.\n//!\n//! `cargo run` runs its cells in their order; what a notebook draws is told in words.",
        paths.shown(&path)
    );
    fs::create_dir_all(folder.join("src"))
        .with_context(|| format!("`{}` could not be made", folder.display()))?;
    for (name, text) in [
        ("Cargo.toml", manifest),
        ("Cargo.lock", lock),
        ("src/main.rs", program.text(&about)),
        (".gitignore", "/target\n/.progress.json\n".to_owned()),
    ] {
        let file = folder.join(name);
        fs::write(&file, text)
            .with_context(|| format!("`{}` could not be written", file.display()))?;
    }
    // The lock file loses what only the lab needs; every version stays.
    process::text(
        process::command("cargo")
            .args(["update", "--workspace", "--offline", "--quiet"])
            .current_dir(folder),
    )?;
    // Without rustfmt it reads less well, and works the same.
    let _ = process::output(
        process::command("rustfmt")
            .args(["--edition", "2024"])
            .arg(folder.join("src/main.rs")),
    );
    eprintln!(
        "`{}` holds the project; `cargo run` in it runs it.",
        folder.display()
    );
    Ok(())
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("`{}` could not be read", file.display()))
}

/// The notebook whose name begins with a number.
fn numbered(folder: &Path, number: u32) -> Result<PathBuf> {
    let all = notebook::find(&[folder.to_owned()])?;
    let start = format!("{number}_");
    let names = |path: &PathBuf| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(&start))
    };
    all.iter()
        .find(|path| names(path))
        .cloned()
        .with_context(|| {
            format!(
                "there is no exercise {number}\nhint: they are numbered from 1 to {}",
                all.len()
            )
        })
}

/// The version of a crate in a lock file.
fn locked<'a>(name: &str, lock: &'a str) -> Option<&'a str> {
    let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
    Some(rest.split_once('"')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_that_of_the_very_crate() {
        let lock = "[[package]]\nname = \"tokio-util\"\nversion = \"0.7.1\"\n\n[[package]]\nname = \"tokio\"\nversion = \"1.48.0\"\n";
        assert_eq!(locked("tokio", lock), Some("1.48.0"));
        assert_eq!(locked("serde", lock), None);
    }
}
