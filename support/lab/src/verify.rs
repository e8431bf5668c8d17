//! Runs everything that must hold.

use crate::export::Runs;
use crate::paths::Paths;
use crate::process;
use crate::{browser, class, export, prepare, run, sync};
use anyhow::{Context, Result, bail};
use std::env;

/// Tells the tests where the pages of the notebooks are that have just run.
const SITE: &str = "ASYNC_LAB_SITE";

/// Prepares what is missing, then: notebooks in sync, every notebook on a fresh kernel, Rust tests and documentation
/// tests, the tests in a browser, a class. Stops at the first part that fails.
pub(crate) fn everything(paths: &Paths) -> Result<()> {
    let tools = prepare::everything(paths)?;
    // Now, while it is still what has been started: `cargo test` puts another file in its place.
    let lab = env::current_exe().context("the path of this command is unknown")?;
    sync::all(paths, true)?;

    let site = paths.state().join("site");
    let outcomes = export::pages(paths, &tools, &site, Runs::All)?;
    let wrong: Vec<_> = outcomes
        .iter()
        .flat_map(|outcome| complaints(paths, outcome))
        .collect();
    if !wrong.is_empty() {
        bail!("notebooks failed:\n  {}", wrong.join("\n  "));
    }
    println!("{} notebooks ran and did what they say.", outcomes.len());

    let mut command = process::command(&tools.context.toolchain.cargo);
    command
        .args(["test", "--workspace", "--locked"])
        .current_dir(&paths.root)
        .env(SITE, &site);
    eprintln!("`{}`", process::line(&command));
    let status = command
        .status()
        .context("`cargo test` could not be started")?;
    if !status.success() {
        bail!("`{}` failed ({status})", process::line(&command));
    }
    browser::tests(paths, &tools, &lab, &site)?;
    class::test(paths, &tools)
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
