//! Turns a notebook into an ordinary cargo project.
//!
//! A cell is compiled as the body of a function, so items and statements stand side by side in it. In the project, the
//! items of all cells go to the top of `src/main.rs`, and the statements follow one another in `main`: what comes before
//! the first `.await` without a runtime, as in the notebook, and the rest inside one. Cells that are there to fail stay out.

mod compile;
mod dependencies;
mod items;
mod program;

use crate::notebook::{
    EXERCISE, FAILS, Notebook, course::Course, first_line, has_tag, has_todo, is_code, source,
};
use crate::prepare::plain_crate;
use crate::system::{files, paths::Paths, process, step::Step, tools};
use anyhow::{Context, Result, bail};
use clap::Args;
use fs_err as fs;
use program::Program;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What the kernel's Tokio can do, for a program that awaits in `main`.
const TOKIO_FEATURES: &str = "[\"full\"]";

/// Options of `cargo lab eject`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The number of the exercise.
    #[arg(value_name = "N")]
    number: u32,
    /// The folder of the project, which must be empty or not there yet.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Take the solution rather than the exercise.
    #[arg(long)]
    solution: bool,
}

/// Writes the project of an exercise, or of its solution, into a new folder.
pub(crate) fn run(paths: &Paths, options: &Options) -> Result<()> {
    let Options { number, folder, .. } = options;
    let path = numbered(paths, *number, options.solution)?;
    let notebook = Notebook::read(&path)?;
    if let Some(cell) = notebook
        .cells()
        .iter()
        .find(|cell| has_tag(cell, EXERCISE) && has_todo(&source(cell)))
    {
        bail!(
            "`{}` is not solved yet: a cell still has its `todo!`, the one that begins with `{}`\n\
             hint: solve it, or take the solution by `cargo lab eject {number} --solution DIR`",
            paths.shown(&path),
            first_line(cell)
        );
    }
    if folder.exists() && !process::entries(folder)?.is_empty() {
        bail!(
            "`{}` holds something already\nhint: choose a folder that does not exist yet",
            folder.display()
        );
    }
    // What is no Rust is said before there is a folder.
    compiling(&notebook, "", |_| Ok(Vec::new()))
        .with_context(|| format!("`{}` cannot be made into a program", paths.shown(&path)))?;
    plain_crate::write(paths, folder)?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = name
        .trim_start_matches(|character: char| character.is_ascii_digit() || character == '_')
        .replace('_', "-");
    let lock = fs::read_to_string(paths.root.join("Cargo.lock"))?;
    let workspace = fs::read_to_string(folder.join("Cargo.toml"))?;
    let (_, workspace) = workspace
        .split_once("[workspace]")
        .context("`Cargo.toml` has no workspace")?;
    let own = dependencies::of(&notebook, path.parent().unwrap_or(&paths.root));
    let own_lines = own
        .values()
        .fold(String::new(), |all, line| all + line + "\n");
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\n\
         support = {{ path = \"support\" }} # the crate of the async lab: timing, figures, servers, checks\n\
         tokio = {{ version = \"={tokio}\", features = {TOKIO_FEATURES} }} # the runtime\n\
         {own_lines}\n\
         [workspace]{workspace}",
        tokio = locked("tokio", &lock).context("`Cargo.lock` has no tokio")?,
    );
    let about = format!(
        "`{}` of the async lab, as a program.\n//!\n//! `cargo run` runs its cells in their order; figures are printed as text.",
        paths.shown(&path)
    );
    for (name, text) in [
        ("Cargo.toml", manifest),
        ("Cargo.lock", lock),
        // Cargo wants to see one before it looks at anything.
        ("src/main.rs", "fn main() {}\n".to_owned()),
        ("src/show.rs", program::SHOW.to_owned()),
        (".gitignore", "/target\n/.progress.json\n".to_owned()),
    ] {
        files::write(&folder.join(name), text)?;
    }
    lock_versions(folder, !own.is_empty())?;
    let step = Step::start("Checking that it compiles");
    let (text, left_out) = compiling(&notebook, &about, |marked| {
        files::write(&folder.join("src/main.rs"), marked)?;
        compile::complaints(paths, folder)
    })
    .with_context(|| {
        format!(
            "`{}` does not compile as a program; what was written so far is in `{}`",
            paths.shown(&path),
            folder.display()
        )
    })?;
    step.done("it does");
    files::write(&folder.join("src/main.rs"), text)?;
    // Without rustfmt it reads less well, and works the same.
    let _ = process::output(
        process::command("rustfmt")
            .args(["--edition", "2024"])
            .arg(folder.join("src/main.rs")),
    );
    for (line, why) in left_out {
        eprintln!("Left out: the cell that begins with `{line}`; {why}");
    }
    eprintln!(
        "`{}` holds the project; `cargo run` in it runs it.",
        folder.display()
    );
    Ok(())
}

/// Makes the lock file that of the project: it loses what only the lab needs, every other version stays, and crates that
/// cells add come in. What the kernel has used is here; anything else needs the network.
fn lock_versions(folder: &Path, adds_crates: bool) -> Result<()> {
    let cargo = |arguments: &[&str]| {
        let mut command = tools::cargo()?;
        process::checked_stdout(command.args(arguments).arg("--quiet").current_dir(folder))
    };
    let locked = cargo(&["update", "--workspace", "--offline"]);
    if !adds_crates {
        return locked.map(drop);
    }
    // A tree needs every crate that this machine builds.
    if locked.is_err() || cargo(&["tree", "--locked", "--offline"]).is_err() {
        cargo(&["update", "--workspace"])
            .and_then(|_| cargo(&["tree", "--locked"]))
            .context("the crates that your cells add by `:dep` could not be had")?;
    }
    Ok(())
}

/// The text of a program that compiles, and the first lines of the cells that are not in it, each with the reason.
///
/// A notebook goes on after a cell that does not compile, as one of the lab's may not with the types of an answer; so
/// such a cell is left out. Without the learner's functions or the check it would not be the program that was asked for.
fn compiling(
    notebook: &Notebook,
    about: &str,
    complaints: impl Fn(&str) -> Result<Vec<compile::Complaint>>,
) -> Result<(String, Vec<(String, String)>)> {
    let mut left_out: BTreeMap<usize, String> = BTreeMap::new();
    let cells = notebook.cells();
    let needed = |cell: &Value| has_tag(cell, EXERCISE) || source(cell).contains("check::");
    loop {
        let mut program = Program::default();
        for (number, cell) in cells.iter().enumerate() {
            if left_out.contains_key(&number) {
                continue;
            }
            if is_code(cell) && !has_tag(cell, FAILS) {
                match program.add(number, &source(cell)) {
                    Ok(()) => {}
                    Err(error) if needed(cell) => {
                        bail!(
                            "the cell that begins with `{}` is not Rust: {error}",
                            first_line(cell)
                        )
                    }
                    Err(error) => {
                        left_out.insert(number, format!("it is not Rust: {error}"));
                    }
                }
            } else if cell["cell_type"] == "markdown"
                && let Some(title) = source(cell)
                    .lines()
                    .find_map(|line| line.strip_prefix("## "))
            {
                program.title(number, title);
            }
        }
        let marked = program.marked(about);
        let complaints = complaints(&marked)?;
        if complaints.is_empty() {
            let left_out = left_out
                .into_iter()
                .map(|(number, why)| (first_line(&cells[number]), why));
            return Ok((program.text(about), left_out.collect()));
        }
        for complaint in complaints {
            let cell = complaint
                .line
                .and_then(|line| program::cell_of(&marked, line))
                .filter(|number| !needed(&cells[*number]));
            let Some(cell) = cell else {
                bail!(
                    "the compiler says:\n{}\nhint: run the notebook from the top, fix what fails there, and choose another folder",
                    complaint.said
                );
            };
            let first = complaint.said.lines().next().unwrap_or_default();
            left_out.insert(cell, first.to_owned());
        }
    }
}

/// The exercise with a number, or its solution. Copies beside it are not it.
fn numbered(paths: &Paths, number: u32, solution: bool) -> Result<PathBuf> {
    let exercises = Course::of(paths)?.exercises();
    let start = format!("exercises/{number}_");
    let inside = exercises.iter().find(|inside| inside.starts_with(&start));
    let inside = inside.with_context(|| {
        let numbers: Vec<&str> = exercises
            .iter()
            .filter_map(|inside| inside.strip_prefix("exercises/")?.split('_').next())
            .collect();
        format!(
            "there is no exercise {number}\nhint: there are {}",
            numbers.join(", ")
        )
    })?;
    let inside = match solution {
        true => inside.replacen("exercises", "solutions", 1),
        false => inside.clone(),
    };
    Ok(paths.notebooks().join(inside))
}

/// The version of a crate in a lock file.
fn locked<'a>(name: &str, lock: &'a str) -> Option<&'a str> {
    let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
    Some(rest.split_once('"')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notebook::scratch::{Checkout, cell, yours};

    #[test]
    fn the_locked_version_is_that_of_the_very_crate() {
        let lock = "[[package]]\nname = \"tokio-util\"\nversion = \"0.7.1\"\n\n[[package]]\nname = \"tokio\"\nversion = \"1.48.0\"\n";
        assert_eq!(locked("tokio", lock), Some("1.48.0"));
        assert_eq!(locked("serde", lock), None);
    }

    #[test]
    fn copies_beside_an_exercise_are_not_it() {
        let checkout = Checkout::new();
        checkout.learn();
        let found = |number, solution| numbered(&checkout.paths, number, solution);
        for (number, solution, inside) in [
            (1, false, "exercises/1_first.ipynb"),
            (2, true, "solutions/2_second.ipynb"),
        ] {
            let found = found(number, solution).expect("there is one");
            assert_eq!(found, checkout.paths.notebooks().join(inside));
        }
        let error = found(3, false).expect_err("there is none");
        assert!(error.to_string().contains("there are 1, 2"), "{error}");
    }

    #[test]
    fn a_cell_is_named_by_its_first_line() {
        let checkout = Checkout::new();
        let options = Options {
            number: 1,
            folder: checkout.beside("project"),
            solution: false,
        };
        let error = run(&checkout.paths, &options).expect_err("not that");
        let said = format!("{error:#}");
        assert!(
            said.contains("not solved yet") && said.contains("`todo!(\"answer\")`"),
            "{said}"
        );
        assert!(!options.folder.exists());
    }

    /// A program of these cells, judged by a compiler that has something against every cell with a certain word.
    fn compiled(cells: &[Value], word: &str) -> Result<(String, Vec<(String, String)>)> {
        compiling(&Notebook::with(cells.to_vec()), "x", |marked| {
            let lines = marked.lines().enumerate();
            let wrong = lines.filter(|(_, line)| line.contains(word));
            let complaint = |(line, _)| compile::Complaint {
                line: Some(line + 1),
                said: format!("error: no `{word}`\n  there"),
            };
            Ok(wrong.map(complaint).collect())
        })
    }

    #[test]
    fn a_cell_that_does_not_compile_is_left_out_unless_it_is_what_it_is_about() {
        let cells = [
            yours("answer", "fn answer() {}"),
            cell("shown", "let a = answer().status();"),
            cell("mine", "let b = ((;"),
            cell("check", "check::it(answer)"),
        ];
        let (text, left_out) = compiled(&cells, "status").expect("the rest compiles");
        assert!(
            text.contains("check::it(answer)") && !text.contains("status"),
            "{text}"
        );
        let lines: Vec<_> = left_out.iter().map(|(line, _)| line.as_str()).collect();
        assert_eq!(lines, ["let a = answer().status();", "let b = ((;"]);
        assert_eq!(left_out[0].1, "error: no `status`");
        for word in ["fn answer", "check::it"] {
            let error = compiled(&cells, word).expect_err("nothing is left of it");
            assert!(error.to_string().contains("hint:"), "{error}");
        }
        let error = compiled(&[yours("answer", "fn answer( {}")], "never").expect_err("no Rust");
        assert!(
            error
                .to_string()
                .contains("begins with `fn answer( {}` is not Rust"),
            "{error}"
        );
    }

    #[test]
    fn what_does_not_compile_is_said_with_its_line() {
        let checkout = Checkout::new();
        let folder = checkout.beside("project");
        let complaints = |main: &str| {
            let manifest =
                "[package]\nname = \"x\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";
            let lock = "version = 4\n\n[[package]]\nname = \"x\"\nversion = \"0.1.0\"\n";
            for (name, text) in [
                ("Cargo.toml", manifest),
                ("Cargo.lock", lock),
                ("src/main.rs", main),
            ] {
                files::write(&folder.join(name), text).expect("written");
            }
            compile::complaints(&checkout.paths, &folder).expect("cargo runs")
        };
        assert!(complaints("fn main() {}").is_empty());
        let wrong = complaints("fn main() {\n    helper();\n}");
        assert_eq!(wrong.len(), 1);
        assert_eq!(wrong[0].line, Some(2));
        assert!(wrong[0].said.contains("`helper`"), "{wrong:?}");
        fs::write(folder.join("Cargo.toml"), "[oh").expect("written");
        assert!(compile::complaints(&checkout.paths, &folder).is_err());
    }
}
