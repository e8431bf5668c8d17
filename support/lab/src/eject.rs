//! Turns a notebook into an ordinary cargo project.
//!
//! A cell is compiled as the body of a function, so items and statements stand side by side in it. In the project, the
//! items of all cells go to the top of `src/main.rs`, and the statements follow one another in `main`: what comes before
//! the first `.await` without a runtime, as in the notebook, and the rest inside one. Cells that are there to fail stay out.

mod items;
mod program;

use crate::course::Course;
use crate::files;
use crate::notebook::{EXERCISE, FAILS, Notebook, first_line, has_tag, has_todo, is_code, source};
use crate::paths::Paths;
use crate::plain;
use crate::process;
use crate::progress::Step;
use anyhow::{Context, Result, bail};
use program::Program;
use std::fs;
use std::path::{Path, PathBuf};

/// What the kernel's Tokio can do, for a program that awaits in `main`.
const TOKIO_FEATURES: &str = "[\"full\"]";

/// Writes the project of exercise `number`, or of its solution, into a new folder.
pub(crate) fn project(paths: &Paths, number: u32, solution: bool, folder: &Path) -> Result<()> {
    let path = numbered(paths, number, solution)?;
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
            "`{}` holds something already\nhint: name a folder that does not exist yet",
            folder.display()
        );
    }
    let mut program = Program::default();
    for cell in notebook.cells() {
        if is_code(cell) && !has_tag(cell, FAILS) {
            program.add(&source(cell)).with_context(|| {
                format!(
                    "the cell of `{}` that begins with `{}` is not Rust",
                    paths.shown(&path),
                    first_line(cell)
                )
            })?;
        } else if cell["cell_type"] != "markdown" {
            // Code that is to fail, and text that stands aside, stay out.
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
        ("src/show.rs", program::SHOW.to_owned()),
        (".gitignore", "/target\n/.progress.json\n".to_owned()),
    ] {
        files::write(&folder.join(name), text)?;
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
    check(paths, folder)?;
    eprintln!(
        "`{}` holds the project, which compiles; `cargo run` in it runs it.",
        folder.display()
    );
    Ok(())
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("`{}` could not be read", file.display()))
}

/// Sees whether the project compiles. A notebook may define a thing twice, each time for the cells that follow; a
/// program has the last one for all of them, so that not every notebook becomes one without a hand.
fn check(paths: &Paths, folder: &Path) -> Result<()> {
    let step = Step::start("Checking that it compiles");
    let output = process::output(
        process::command("cargo")
            .args(["check", "--offline", "--locked", "--quiet"])
            .current_dir(folder)
            // Where somebody builds several, what they share is built once.
            .env(
                "CARGO_TARGET_DIR",
                std::env::var_os("CARGO_TARGET_DIR")
                    .map_or_else(|| paths.state().join("ejected"), Into::into),
            ),
    )?;
    if !output.status.success() {
        bail!(
            "the cells do not make a program that compiles:\n{}\n             hint: `{}` holds it; mend it there, or mend the notebook, run it from the top, and name another folder",
            process::tail(&output.stderr),
            folder.display()
        );
    }
    step.done("it does");
    Ok(())
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
    use crate::scratch::{Checkout, cell};

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
        let exercises = checkout.paths.notebooks().join("exercises");
        assert_eq!(
            found(1, false).expect("there is one"),
            exercises.join("1_first.ipynb")
        );
        assert!(
            found(2, true)
                .expect("there is one")
                .ends_with("solutions/2_second.ipynb")
        );
        let error = found(3, false).expect_err("there is none");
        assert!(error.to_string().contains("there are 1, 2"), "{error}");
    }

    #[test]
    fn a_cell_is_named_by_its_first_line() {
        let checkout = Checkout::new();
        let refused = || {
            let folder = checkout.beside("project");
            let error = project(&checkout.paths, 1, false, &folder).expect_err("not that");
            assert!(!folder.exists());
            format!("{error:#}")
        };
        let said = refused();
        assert!(
            said.contains("not solved yet") && said.contains("`todo!(\"answer\")`"),
            "{said}"
        );
        checkout.learn();
        checkout.change("exercises/1_first.ipynb", |cells| {
            cells.push(cell("broken", "\nlet a = ((;"));
        });
        assert!(refused().contains("begins with `let a = ((;` is not Rust"));
    }

    #[test]
    fn what_does_not_compile_is_said_and_quoted() {
        let checkout = Checkout::new();
        let folder = checkout.beside("project");
        let write = |main: &str| {
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
        };
        write("fn main() {}");
        check(&checkout.paths, &folder).expect("it compiles");
        write("fn main() { helper(); }");
        let error = check(&checkout.paths, &folder).expect_err("there is no helper");
        let said = format!("{error:#}");
        assert!(
            said.contains("`helper`") && said.contains("hint:"),
            "{said}"
        );
    }
}
