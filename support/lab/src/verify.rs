//! Runs everything that must hold.

use crate::notebook;
use crate::paths::{KERNEL, Paths};
use crate::process;
use crate::{prepare, run, sync};
use anyhow::{Context, Result, bail};

/// Prepares what is missing, then: notebooks in sync, Rust tests and documentation tests, every notebook on a fresh
/// kernel. Stops at the first part that fails.
pub(crate) fn everything(paths: &Paths) -> Result<()> {
    let tools = prepare::everything(paths)?;
    sync::all(paths, true)?;

    let mut command = process::command(&tools.toolchain.cargo);
    command
        .args(["test", "--workspace", "--locked"])
        .current_dir(&paths.root);
    eprintln!("`{}`", process::line(&command));
    let status = command
        .status()
        .context("`cargo test` could not be started")?;
    if !status.success() {
        bail!("`{}` failed ({status})", process::line(&command));
    }

    let found = notebook::find(&[paths.notebooks()])?;
    let mut wrong = Vec::new();
    for path in &found {
        let outcome = run::one(paths, &tools, path, KERNEL, 120, None)?;
        run::report(&outcome)?;
        wrong.extend(complaints(paths, &outcome));
    }
    if !wrong.is_empty() {
        bail!("notebooks failed:\n  {}", wrong.join("\n  "));
    }
    println!("{} notebooks ran and did what they say.", found.len());
    Ok(())
}

/// What is wrong with a notebook that has run: a cell, or a verdict. Solutions pass their check, exercises do not.
fn complaints(paths: &Paths, outcome: &run::Outcome) -> Vec<String> {
    let shown = paths.shown(&outcome.path);
    let mut wrong = Vec::new();
    if !outcome.ok {
        wrong.push(format!("{shown}: a cell did not do what its tags say"));
    }
    let folder = outcome
        .path
        .parent()
        .and_then(|folder| folder.file_name())
        .and_then(|name| name.to_str());
    let expected = match folder {
        Some("solutions") => true,
        Some("exercises") => false,
        _ => return wrong,
    };
    if outcome.verdicts.is_empty() {
        wrong.push(format!("{shown}: no check gave a verdict"));
    }
    for verdict in outcome
        .verdicts
        .iter()
        .filter(|verdict| verdict["passed"] != expected)
    {
        let what = if expected {
            "does not pass"
        } else {
            "passes with its starter"
        };
        wrong.push(format!("{shown}: {what}: {verdict}"));
    }
    wrong
}
