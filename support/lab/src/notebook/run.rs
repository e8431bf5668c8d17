//! Runs one notebook on a fresh kernel.

use crate::jupyter::{
    self,
    driver::{Driver, Job, Reply},
};
use crate::notebook::{
    self, Notebook, Subject,
    outcome::{self, Status},
    source,
};
use crate::system::{
    paths::{KERNEL, Paths},
    variables,
};
use anyhow::Result;
use serde::Serialize;
use serde_json::Value;
use std::env;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// How one notebook went. Written as JSON it is one line of `cargo lab run --json`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Outcome {
    pub(crate) path: PathBuf,
    /// Whether every cell did what its tags say.
    pub(crate) ok: bool,
    /// From the start of the kernel to the end of the last cell.
    pub(crate) seconds: f64,
    pub(crate) cells: Vec<CellOutcome>,
    /// The verdicts of checks, as they stand in the outputs.
    pub(crate) verdicts: Vec<Value>,
}

/// How one cell went.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CellOutcome {
    /// Its place among all cells of the notebook, from zero.
    pub(crate) index: usize,
    #[serde(skip)]
    pub(crate) source: String,
    pub(crate) seconds: f64,
    #[serde(flatten)]
    pub(crate) status: Status,
}

/// On what to run, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct How<'a> {
    /// The Python that has nbclient.
    pub(crate) python: &'a Path,
    /// The kernel, as Jupyter knows it.
    pub(crate) kernel: &'a str,
    /// Seconds for one cell.
    pub(crate) timeout: u64,
}

/// Runs one notebook, as *Run All* of JupyterLab does: a panic does not stop it, since the kernel goes on; a cell that did
/// not compile, did not end or took its process with it does, and what follows is skipped.
pub(crate) fn one(
    paths: &Paths,
    subject: &Subject,
    how: How,
    save: Option<&Path>,
) -> Result<Outcome> {
    let notebook = Notebook::read(&subject.file)?;
    let started = Instant::now();
    let mut command = jupyter::command(paths, how.python);
    if env::var_os(variables::PROGRESS).is_none() {
        // A run proves notebooks; it is not the learner who solves them.
        command.env(variables::PROGRESS, "");
    }
    let folder = subject.path.parent();
    let job = Job {
        notebook: &notebook.json,
        folder: folder
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new(".")),
        kernel: how.kernel,
        timeout: how.timeout,
        save,
    };
    let mut driver = Driver::start(command, paths, &job)?;
    let mut outcome = Outcome {
        path: subject.path.clone(),
        ok: true,
        seconds: 0.0,
        cells: Vec::new(),
        verdicts: Vec::new(),
    };
    let mut waiting = notebook
        .cells()
        .iter()
        .enumerate()
        .filter(|(_, cell)| notebook::is_code(cell) && !source(cell).trim().is_empty());
    let mut next = driver.next()?;
    while let Some(done) = next {
        let Some((index, cell)) = waiting.find(|(index, _)| *index == done.index) else {
            break;
        };
        let status = outcome::status(cell, done.reply, &done.outputs, how.kernel == KERNEL);
        outcome
            .verdicts
            .extend(outcome::verdicts(&done.outputs).cloned());
        let goes_on = status == Status::Ok || done.reply == Reply::Ok;
        outcome.ok &= status == Status::Ok;
        outcome.cells.push(CellOutcome {
            index,
            source: source(cell),
            seconds: done.seconds,
            status,
        });
        next = if goes_on {
            driver.next()?
        } else {
            driver.stop()?
        };
    }
    outcome.seconds = started.elapsed().as_secs_f64();
    for (index, cell) in waiting {
        outcome.ok = false;
        outcome.cells.push(CellOutcome {
            index,
            source: source(cell),
            seconds: 0.0,
            status: Status::Skipped,
        });
    }
    Ok(outcome)
}
