//! Notebooks made of a few cells, run by `cargo lab run` on the real kernel.

#![allow(dead_code, reason = "each test binary uses a part of this module")]

use serde_json::{Value, json};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use tempfile::TempDir;

/// The top of the checkout.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("support/lab lies two below")
        .to_owned()
}

/// The lab's notebooks: `cargo lab test` says where they are without what a learner wrote.
pub(crate) fn notebooks() -> PathBuf {
    std::env::var_os("ASYNC_LAB_NOTEBOOKS").map_or_else(|| root().join("notebooks"), PathBuf::from)
}

/// Where everything prepared for it lies, as the doctor tells it.
pub(crate) fn state() -> PathBuf {
    static STATE: OnceLock<PathBuf> = OnceLock::new();
    let find = || {
        let output = Command::new(env!("CARGO_BIN_EXE_lab"))
            .arg("doctor")
            .output()
            .expect("it starts");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let (_, place) = said
            .split_once("up to date, in ")
            .expect("the lab is prepared");
        root().join(place.trim())
    };
    STATE.get_or_init(find).clone()
}

/// What lies in a folder, in a stable order.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// The prepared folder that kernels are given copies of: the one used last.
pub(crate) fn prepared() -> PathBuf {
    let stamps = entries(&state().join("prepared"));
    let used = |stamp: &PathBuf| stamp.metadata().and_then(|data| data.modified()).ok();
    let stamps = stamps.into_iter().filter(|path| path.extension().is_some());
    let last = stamps.max_by_key(used).expect("the lab is prepared");
    last.with_extension("")
}

/// The dependencies as a first cell names them, with a path that holds from any folder.
pub(crate) fn dependencies() -> String {
    let support = root().join("support");
    format!(
        ":dep support = {{ path = \"{0}\" }}\n:dep tokio = {{ package = \"support-tokio\", path = \"{0}/tokio\" }}",
        support.display()
    )
}

/// A code cell.
pub(crate) fn code(source: impl Into<String>) -> Value {
    json!({ "cell_type": "code", "id": "code", "metadata": {}, "source": source.into(), "outputs": [], "execution_count": null })
}

/// A code cell that must fail.
pub(crate) fn failing(source: &str) -> Value {
    let mut cell = code(source);
    cell["metadata"]["tags"] = json!(["raises-exception"]);
    cell
}

/// A script of these tests, in a Python that finds the lab's kernel.
pub(crate) fn jupyter(script: &str) -> Command {
    let mut command = finding_kernel(tool("JupyterLab"));
    command.arg(root().join("support/lab/tests").join(script));
    command
}

/// What a script of these tests tells: the last line of JSON that it prints, since the kernel speaks on the same standard output.
/// Without one, the test fails with what went wrong.
#[track_caller]
pub(crate) fn told(script: &mut Command) -> Value {
    let output = script.output().expect("Python starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    let stdout = String::from_utf8_lossy(&output.stdout);
    let line = stdout.lines().rfind(|line| line.starts_with('{'));
    serde_json::from_str(line.unwrap_or_default()).expect(&stderr)
}

/// A program that finds the lab's kernel.
pub(crate) fn finding_kernel(program: impl AsRef<OsStr>) -> Command {
    let home = state().join("jupyter");
    let mut command = Command::new(program);
    command
        .env("JUPYTER_CONFIG_DIR", home.join("config"))
        .env("JUPYTER_DATA_DIR", home.join("data"))
        .env("JUPYTER_RUNTIME_DIR", home.join("runtime"))
        .env("LAB_PROGRESS", "")
        .env("PYTHONPATH", root().join("support/lab/assets/jupyter"))
        .current_dir(root().join("target"));
    command
}

/// The Python with the packages that a file in `assets/requirements` pins for tests, or why there is none: it is made once, and
/// that needs the network.
pub(crate) fn packages(name: &str) -> Result<PathBuf, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_lab"))
        .args(["test-packages", name])
        .current_dir(root())
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("hint: the network does not answer") {
        return Err(format!(
            "there is no network to get the packages of `{name}.txt` from"
        ));
    }
    assert!(output.status.success(), "{said}");
    let path = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(path.trim_end().into())
}

/// What `cargo lab run --json` said of one notebook.
pub(crate) struct Ran {
    pub(crate) exit: i32,
    pub(crate) line: Value,
    pub(crate) stderr: String,
}

impl Ran {
    /// The cells that failed: place, cause and message.
    pub(crate) fn failed(&self) -> Vec<(u64, String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let cells = self.line["cells"].as_array().expect("cells are listed");
        cells
            .iter()
            .filter(|cell| cell["status"] == "failed")
            .map(|cell| {
                (
                    cell["index"].as_u64().unwrap_or(u64::MAX),
                    text(&cell["cause"]),
                    text(&cell["message"]),
                )
            })
            .collect()
    }

    #[track_caller]
    pub(crate) fn assert_ok(&self) {
        assert!(
            self.exit == 0 && self.line["ok"] == true,
            "{:#}\n{}",
            self.line,
            self.stderr
        );
    }
}

/// Runs a notebook of these cells on a fresh kernel.
pub(crate) fn run(cells: &[Value], options: &[&str]) -> Ran {
    let folder = TempDir::new().expect("a folder");
    run_in(folder.path(), cells, options, &[])
}

/// The same in a folder and with environment variables of one's own.
pub(crate) fn run_in(
    folder: &Path,
    cells: &[Value],
    options: &[&str],
    variables: &[(&str, &Path)],
) -> Ran {
    let file = folder.join("notebook.ipynb");
    let notebook = json!({ "cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5 });
    fs::write(&file, notebook.to_string()).expect("the notebook is written");
    run_file(&file, options, variables)
}

/// Runs a notebook that is there.
pub(crate) fn run_file(file: &Path, options: &[&str], variables: &[(&str, &Path)]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_lab"))
        .args(["run", "--json"])
        .args(options)
        .arg(file)
        .envs(variables.iter().copied())
        .output()
        .expect("the command starts");
    let stdout = String::from_utf8_lossy(&output.stdout);
    Ran {
        exit: output.status.code().unwrap_or(-1),
        line: serde_json::from_str(stdout.trim()).unwrap_or(Value::Null),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The path of something that the command itself works with, as its doctor tells it.
pub(crate) fn tool(name: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_lab"))
        .arg("doctor")
        .current_dir(root())
        .output()
        .expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find(|line| line.contains(name));
    let line = line.expect("the doctor looks for it");
    line.split_whitespace().last().expect("its path").to_owned()
}
