//! Runs everything that must hold.

mod browser;

use crate::commands::{
    class,
    export::{
        self, Runs,
        site::{self, Warnings},
    },
};
use crate::notebook::{
    run,
    tested::{self, Tested},
};
use crate::prepare::{self, Tools};
use crate::system::{files, paths::Paths, process, tools, variables};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::env;
use std::path::PathBuf;
use std::process::Command;

/// Options of `cargo lab test`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Only what has this in its name: tests, files of tests, notebooks, `browser`, `class`.
    name: Option<String>,
    /// Only what is about notebooks.
    #[arg(long, conflicts_with = "name")]
    notebooks: bool,
}

/// Runs the tests, and stops at the first part that fails.
pub(crate) fn run(paths: &Paths, options: &Options) -> Result<()> {
    match &options.name {
        Some(name) => matching(paths, name),
        None if options.notebooks => {
            let tools = prepare::everything(paths)?;
            notebooks(paths, &tools).map(drop)
        }
        None => everything(paths),
    }
}

/// What needs nothing prepared comes first: the tests inside the crates, and that of their architecture. Then whatever is
/// missing is prepared, and every notebook runs on a fresh kernel; the other tests; a browser; a class.
fn everything(paths: &Paths) -> Result<()> {
    // Now, while it is still what has been started: `cargo test` puts another file in its place.
    let lab = env::current_exe().context("the path of this command is unknown")?;
    let units = ["--lib", "--bins", "--test", "architecture"];
    cargo_test(paths, &units, &[], |_| ())?;
    let tools = prepare::everything(paths)?;
    let (folder, site) = notebooks(paths, &tools)?;
    let made = |command: &mut Command| {
        command.env(variables::NOTEBOOKS, &folder);
        command.envs(site.as_ref().map(|site| (variables::SITE, site)));
    };
    cargo_test(paths, &["--test", "*"], &[], made)?;
    cargo_test(paths, &["--doc"], &[], made)?;
    browser::tests(paths, &tools, &lab, site.as_deref(), &folder)?;
    class::test(paths, &tools)
}

/// Runs what has `name` in its name.
fn matching(paths: &Paths, name: &str) -> Result<()> {
    let lab = env::current_exe().context("the path of this command is unknown")?;
    let tools = prepare::everything(paths)?;
    let mut tested = tested::notebooks(paths)?;
    let mut found = false;
    for folder in ["support/tests", "support/lab/tests"] {
        for file in process::entries(&paths.root.join(folder))? {
            let stem = file.file_stem().unwrap_or_default().to_string_lossy();
            if file.extension().is_some_and(|end| end == "rs") && stem.contains(name) {
                found = true;
                cargo_test(paths, &["--test", &stem], &[], |_| ())?;
            }
        }
    }
    if !found {
        let listed = process::checked_stdout(
            test_command(paths)?.args(["--lib", "--bins", "--test", "*", "--", "--list", name]),
        )?;
        if listed.lines().any(|line| line.ends_with(": test")) {
            found = true;
            cargo_test(paths, &["--lib", "--bins", "--test", "*"], &[name], |_| ())?;
        }
    }
    tested
        .subjects
        .retain(|subject| paths.shown(&subject.path).to_string().contains(name));
    if !tested.subjects.is_empty() {
        found = true;
        run_all(paths, &tools, &tested)?;
    }
    if "browser".contains(name) {
        found = true;
        let tested = tested::notebooks(paths)?;
        export::executed(paths, &tools, &tested.subjects, Runs::Changed)?;
        let site = build(paths, &tools, &tested)?;
        browser::tests(paths, &tools, &lab, site.as_deref(), &tested.folder)?;
    }
    if "class".contains(name) {
        found = true;
        class::test(paths, &tools)?;
    }
    if !found {
        bail!(
            "no test, notebook or part has `{name}` in its name\nhint: for example `sync`, `4_async_resources`, `browser` or \
             `class`"
        );
    }
    Ok(())
}

fn test_command(paths: &Paths) -> Result<Command> {
    let mut command = tools::cargo()?;
    command
        .args(["test", "--workspace", "--locked"])
        .current_dir(&paths.root);
    Ok(command)
}

/// Runs tests of Rust: of these targets, those with such names.
fn cargo_test(
    paths: &Paths,
    targets: &[&str],
    names: &[&str],
    with: impl FnOnce(&mut Command),
) -> Result<()> {
    let mut command = test_command(paths)?;
    command.args(targets).arg("--").args(names);
    with(&mut command);
    eprintln!("`{}`", process::display(&command));
    let status = process::status(&mut command)?;
    if !status.success() {
        bail!("`{}` failed ({status})", process::display(&command));
    }
    Ok(())
}

/// Returns the folder with what was tested, and the site of it.
fn notebooks(paths: &Paths, tools: &Tools) -> Result<(PathBuf, Option<PathBuf>)> {
    let tested = tested::notebooks(paths)?;
    tested.assert_in_form()?;
    run_all(paths, tools, &tested)?;
    let site = build(paths, tools, &tested)?;
    Ok((tested.folder, site))
}

/// Builds the site of notebooks that have run, where Python can. No link may lead nowhere.
fn build(paths: &Paths, tools: &Tools, tested: &Tested) -> Result<Option<PathBuf>> {
    if let Some(why) = site::cannot(tools)? {
        println!("skipped: the site, since {why}");
        return Ok(None);
    }
    let site = paths.state().join("site");
    let python = site::python(paths, tools)?;
    site::build(paths, &python, &tested.subjects, &site, Warnings::Errors)?;
    Ok(Some(site))
}

/// Runs notebooks; each must do what it says.
fn run_all(paths: &Paths, tools: &Tools, tested: &Tested) -> Result<()> {
    let outcomes = export::executed(paths, tools, &tested.subjects, Runs::All)?;
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
    Ok(())
}

/// What is wrong with a notebook that has run: a cell, or a verdict. Solutions pass their check, exercises do not.
fn complaints(paths: &Paths, outcome: &run::Outcome) -> Vec<String> {
    let shown = paths.shown(&outcome.path);
    let mut wrong = Vec::new();
    if !outcome.ok {
        wrong.push(format!("{shown}: a cell did not do what its tags say"));
    }
    let folder = outcome.path.parent().map(files::name).unwrap_or_default();
    let (expected, what) = match &*folder {
        "solutions" => (true, "does not pass"),
        "exercises" => (false, "passes with its starter"),
        _ => return wrong,
    };
    if outcome.verdicts.is_empty() {
        wrong.push(format!("{shown}: no check gave a verdict"));
    }
    let verdicts = outcome.verdicts.iter();
    for verdict in verdicts.filter(|verdict| verdict["passed"] != expected) {
        wrong.push(format!("{shown}: {what}: {verdict}"));
    }
    wrong
}
