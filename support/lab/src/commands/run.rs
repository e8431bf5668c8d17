//! Runs notebooks on fresh kernels and reports how each cell went.

use crate::notebook::{
    self, Subject,
    outcome::Status,
    run::{self, How, Outcome},
};
use crate::prepare;
use crate::system::paths::{KERNEL, Paths};
use anyhow::Result;
use clap::Args;
use fs_err as fs;
use std::path::{Path, PathBuf};

/// Options of `cargo lab run`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The notebooks to run; folders stand for all notebooks in them.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// One line of JSON per notebook on standard output.
    #[arg(long)]
    json: bool,
    /// Write a copy of each notebook with its outputs into this folder.
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    /// The kernel to run on; `rust` is the stock one.
    #[arg(long, default_value = KERNEL)]
    kernel: String,
    /// Seconds that one cell may take; without it 120, and 900 on another kernel than the lab's, whose first cell builds
    /// what the notebook depends on.
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
}

impl Options {
    fn timeout(&self) -> u64 {
        let usual = if self.kernel == KERNEL { 120 } else { 900 };
        self.timeout.unwrap_or(usual)
    }
}

/// Runs what the command line names; fails unless every cell of every notebook did what its tags say.
pub(crate) fn run(paths: &Paths, options: &Options) -> Result<bool> {
    let found = notebook::find(&options.paths)?;
    let tools = prepare::everything(paths)?;
    if let Some(folder) = &options.save {
        fs::create_dir_all(folder)?;
    }
    let how = How {
        python: &tools.python,
        kernel: &options.kernel,
        timeout: options.timeout(),
    };
    let mut all_ok = true;
    for path in &found {
        let save = options.save.as_ref().map(|folder| saved(folder, path));
        let outcome = run::one(paths, &Subject::itself(path), how, save.as_deref())?;
        all_ok &= outcome.ok;
        if options.json {
            println!("{}", serde_json::to_string(&outcome)?);
        } else {
            report(&outcome);
        }
    }
    Ok(all_ok)
}

/// The copy of a notebook in `folder`, with the folder it came from: exercises and solutions have the same names.
fn saved(folder: &Path, path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default();
    match path.parent().and_then(Path::file_name) {
        Some(parent) if parent != "notebooks" => folder.join(format!(
            "{}-{}",
            parent.to_string_lossy(),
            name.to_string_lossy()
        )),
        _ => folder.join(name),
    }
}

/// Says in words how a notebook went: each cell's time and, where it failed, its source and the message.
pub(crate) fn report(outcome: &Outcome) {
    println!("{}", outcome.path.display());
    for cell in &outcome.cells {
        let mut lines = cell.source.lines();
        let first = lines
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default();
        let first: String = first.chars().take(70).collect();
        match &cell.status {
            Status::Skipped => println!("  cell {:>2}          skipped", cell.index),
            Status::Ok => println!(
                "  cell {:>2} {:>6.2} s  ok       {first}",
                cell.index, cell.seconds
            ),
            Status::Failed { cause, message } => {
                println!(
                    "  cell {:>2} {:>6.2} s  \x1b[1;31mfailed\x1b[0m: {}",
                    cell.index,
                    cell.seconds,
                    cause.words()
                );
                for line in cell.source.lines() {
                    println!("      | {line}");
                }
                for line in message.lines() {
                    println!("      {line}");
                }
            }
        }
    }
    for verdict in &outcome.verdicts {
        let passed = if verdict["passed"] == true {
            "passed"
        } else {
            "not passed"
        };
        let findings = verdict["findings"].as_array().into_iter().flatten();
        let codes: Vec<_> = findings
            .filter_map(|found| found["code"].as_str())
            .collect();
        let colon = if codes.is_empty() { "" } else { ": " };
        let exercise = verdict["exercise"].as_str().unwrap_or("?");
        let codes = codes.join(", ");
        println!("  verdict {exercise}: {passed}{colon}{codes}");
    }
    let word = if outcome.ok { "ok" } else { "failed" };
    println!("  {word} in {:.1} s", outcome.seconds);
}
