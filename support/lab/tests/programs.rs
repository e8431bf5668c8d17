//! Other people's programs that run notebooks hear of a cell that fails, whatever its failure is, and stop there; and they run a
//! notebook that is in order to its end.
//!
//! Each cell writes its number into a file, so that it is seen which ones have run. The usual run tries each kind of failure by
//! one program; `cargo test -p lab --test programs -- --ignored` tries all by all, in some minutes.

mod common;

use common::{code, failing};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::OnceLock;
use tempfile::TempDir;

/// A program that runs notebooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    Nbconvert,
    Papermill,
    Nbval,
    JupyterExecute,
}

use Program::{JupyterExecute, Nbconvert, Nbval, Papermill};

const PROGRAMS: [Program; 4] = [Nbconvert, Papermill, Nbval, JupyterExecute];

impl Program {
    /// Runs a notebook; where it writes one, that is `ran.ipynb` in the same folder.
    fn run(self, python: &Path, notebook: &Path) -> Output {
        let (program, before, after): (_, &[&str], &[&str]) = match self {
            Nbconvert => (
                "jupyter",
                &["nbconvert", "--to", "notebook", "--execute"],
                &[
                    "--output",
                    "ran",
                    "--ExecutePreprocessor.startup_timeout=600",
                ],
            ),
            Papermill => (
                "papermill",
                &["--no-progress-bar", "--start-timeout", "600"],
                &["ran.ipynb"],
            ),
            // It would go on behind a cell that fails, as pytest does behind a test.
            Nbval => (
                "pytest",
                &["--nbval", "--nbval-kernel-startup-timeout", "600"],
                &["--exitfirst", "-p", "no:cacheprovider"],
            ),
            JupyterExecute => (
                "jupyter",
                &["execute", "--startup_timeout=600"],
                &["--output", "ran"],
            ),
        };
        let folder = notebook.parent().expect("it lies in a folder");
        common::finding_kernel(python.with_file_name(program))
            .args(before)
            .arg(notebook)
            .args(after)
            .env("IPYTHONDIR", folder.join("ipython"))
            .current_dir(folder)
            .output()
            .expect("the program starts")
    }
}

/// How a cell may fail: its source, and words that whoever runs it is told.
const COMPILE_ERROR: (&str, &str) = ("let number: u32 = \"one\";", "mismatched types");
const PANIC: (&str, &str) = ("panic!(\"on purpose\");", "on purpose");
const QUESTION_MARK: (&str, &str) = ("std::fs::read(\"/no/such/file\")?;", "No such file");

/// The Python that has the programs, or nothing, and then it is said why.
fn python() -> Option<PathBuf> {
    static PYTHON: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let found = PYTHON.get_or_init(|| common::packages("promises")).clone();
    found
        .inspect_err(|why| println!("skipped: other people's programs, since {why}"))
        .ok()
}

/// A folder with the notebook of a test, and the file in which its cells write their numbers.
struct Scene(TempDir);

impl Scene {
    fn new() -> Self {
        Scene(TempDir::new().expect("a folder"))
    }

    /// The source of a cell that notes that it has run.
    fn noting(&self, number: u32) -> String {
        let open = "std::fs::OpenOptions::new().append(true).create(true)";
        let file = self.0.path().join("numbers");
        format!(
            "std::io::Write::write_all(&mut {open}.open({file:?}).unwrap(), b\"{number}\").unwrap();"
        )
    }

    /// The numbers of the cells that have run, and nothing from now on.
    fn take_numbers(&self) -> String {
        let file = self.0.path().join("numbers");
        let numbers = fs::read_to_string(&file).unwrap_or_default();
        fs::write(&file, "").expect("written");
        numbers
    }

    fn notebook(&self, cells: &[Value]) -> PathBuf {
        let mut cells = cells.to_vec();
        for (number, cell) in cells.iter_mut().enumerate() {
            cell["id"] = json!(format!("cell-{number}"));
        }
        let kernel =
            json!({ "name": "async-lab", "display_name": "Rust (async lab)", "language": "rust" });
        let metadata = json!({ "kernelspec": kernel, "language_info": { "name": "rust" } });
        let notebook =
            json!({ "cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5 });
        let file = self.0.path().join("notebook.ipynb");
        fs::write(&file, notebook.to_string()).expect("written");
        file
    }
}

/// The fourth of five cells fails: so does the program, for that reason, and the fifth does not run.
#[track_caller]
fn hears_of(program: Program, (source, words): (&str, &str)) {
    let Some(python) = python() else {
        return;
    };
    let scene = Scene::new();
    let [one, two, three, five] = [1, 2, 3, 5].map(|number| code(scene.noting(number)));
    let notebook = scene.notebook(&[one, two, three, code(source), five]);
    let output = program.run(&python, &notebook);
    let said = said(&output);
    assert_eq!(scene.take_numbers(), "123", "{program:?}: {said}");
    assert!(
        output.status.code().is_some_and(|code| code != 0),
        "{program:?}, {}: {said}",
        output.status
    );
    assert!(said.contains(words), "{program:?}: {said}");
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A figure, an await, and a cell that must fail: the programs run all of it. What one of them saved comes again by nbval, to
/// the letter.
///
/// papermill knows no cells that must fail, not even Python's: for it, there is none.
#[track_caller]
fn run_to_the_end(programs: &[Program]) {
    let Some(python) = python() else {
        return;
    };
    let scene = Scene::new();
    let with_failure = [
        code(format!("{}\nuse support::*;", common::dependencies())),
        code(
            "chart::bars(\"Two fetches\", &[\n    chart::Bar::new(\"in turn\", std::time::Duration::from_millis(400)),\n    \
             chart::Bar::new(\"at once\", std::time::Duration::from_millis(200)),\n])",
        ),
        code("tokio::time::sleep(std::time::Duration::from_millis(1)).await;\n\"awaited\""),
        failing("panic!(\"on purpose\");"),
        code(scene.noting(5)),
    ];
    for &program in programs {
        let mut cells = with_failure.to_vec();
        if program == Papermill {
            cells.remove(3);
        }
        let ran = scene.0.path().join("ran.ipynb");
        let notebook = match program {
            Nbval if ran.exists() => ran.clone(),
            _ => scene.notebook(&cells),
        };
        let output = program.run(&python, &notebook);
        let said = said(&output);
        assert!(output.status.success(), "{program:?}: {said}");
        assert_eq!(scene.take_numbers(), "5", "{program:?}: {said}");
        if program != Nbval {
            let saved = fs::read_to_string(&ran).expect("it is saved");
            assert!(
                saved.contains("<svg") && saved.contains("awaited"),
                "{saved}"
            );
        }
    }
}

#[test]
fn nbconvert_hears_of_a_compile_error() {
    hears_of(Nbconvert, COMPILE_ERROR);
}

#[test]
fn papermill_hears_of_a_panic() {
    hears_of(Papermill, PANIC);
}

#[test]
fn nbval_hears_of_an_error_through_a_question_mark() {
    hears_of(Nbval, QUESTION_MARK);
}

#[test]
fn a_notebook_that_is_in_order_runs_to_its_end_and_comes_again_to_the_letter() {
    run_to_the_end(&[JupyterExecute, Nbval]);
}

#[test]
#[ignore = "12 kernels are started: `cargo test -p lab --test programs -- --ignored` runs it"]
fn every_program_hears_of_every_failure() {
    for program in PROGRAMS {
        for failure in [COMPILE_ERROR, PANIC, QUESTION_MARK] {
            hears_of(program, failure);
        }
    }
}

#[test]
#[ignore = "4 kernels are started: `cargo test -p lab --test programs -- --ignored` runs it"]
fn every_program_runs_a_notebook_that_is_in_order_to_its_end() {
    run_to_the_end(&[Nbconvert, Papermill, JupyterExecute, Nbval]);
}
