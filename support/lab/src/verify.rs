//! Runs everything that must hold.

use crate::export::Runs;
use crate::paths::Paths;
use crate::prepare::Tools;
use crate::process;
use crate::{browser, class, export, prepare, run, tested};
use anyhow::{Context, Result, bail};
use std::env;
use std::path::{Path, PathBuf};

/// Tells the tests where the pages of the notebooks are that have just run.
const SITE: &str = "ASYNC_LAB_SITE";

/// Tells them where the lab's notebooks are without what a learner wrote.
const NOTEBOOKS: &str = "ASYNC_LAB_NOTEBOOKS";

/// Prepares what is missing, then: notebooks in sync, every notebook on a fresh kernel, Rust tests and documentation
/// tests, the tests in a browser, a class. Stops at the first part that fails.
pub(crate) fn everything(paths: &Paths) -> Result<()> {
    let tools = prepare::everything(paths)?;
    // Now, while it is still what has been started: `cargo test` puts another file in its place.
    let lab = env::current_exe().context("the path of this command is unknown")?;
    let site = paths.state().join("site");
    let folder = notebooks(paths, &tools, &site)?;

    let mut command = process::command(&tools.context.toolchain.cargo);
    command
        .args(["test", "--workspace", "--locked"])
        .current_dir(&paths.root)
        .env(SITE, &site)
        .env(NOTEBOOKS, &folder);
    eprintln!("`{}`", process::line(&command));
    let status = command
        .status()
        .context("`cargo test` could not be started")?;
    if !status.success() {
        bail!("`{}` failed ({status})", process::line(&command));
    }
    browser::tests(paths, &tools, &lab, &site, &folder)?;
    class::test(paths, &tools)
}

/// Prepares what is missing, then the part about notebooks alone: those that are committed have not drifted, and each of
/// the lab's does what it says. What a learner wrote is left aside.
pub(crate) fn only_notebooks(paths: &Paths) -> Result<()> {
    let tools = prepare::everything(paths)?;
    notebooks(paths, &tools, &paths.state().join("site")).map(|_| ())
}

/// Returns the folder with what was tested.
fn notebooks(paths: &Paths, tools: &Tools, site: &Path) -> Result<PathBuf> {
    let tested = tested::notebooks(paths)?;
    tested.assert_in_form()?;
    let outcomes = export::pages(paths, tools, &tested.subjects, site, Runs::All)?;
    let wrong: Vec<_> = outcomes
        .iter()
        .flat_map(|outcome| complaints(paths, outcome))
        .collect();
    if !wrong.is_empty() {
        bail!("notebooks failed:\n  {}", wrong.join("\n  "));
    }
    if let Some(aside) = tested.aside() {
        println!("{aside}");
    }
    println!("{} notebooks ran and did what they say.", outcomes.len());
    Ok(tested.folder)
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
