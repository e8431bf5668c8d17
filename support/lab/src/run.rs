//! Runs notebooks on fresh kernels and reports how each cell went.

use crate::cli;
use crate::judge::{self, Cause, Reply, Status};
use crate::kernel::ENDS_WITH_PARENT;
use crate::notebook::{self, Notebook, Subject, source};
use crate::paths::Paths;
use crate::prepare::{self, Tools};
use crate::process;
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;
use std::time::Instant;

/// How one notebook went. Written as JSON it is one line of `cargo lab run --json`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Outcome {
    pub(crate) path: PathBuf,
    /// The file that ran in its place: itself, or what the lab has instead of a learner's.
    #[serde(skip)]
    pub(crate) file: PathBuf,
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
    pub(crate) seconds: f64,
    pub(crate) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cause: Option<Cause>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
}

/// Runs what the command line names; true where every cell of every notebook did what its tags say.
pub(crate) fn notebooks(paths: &Paths, options: &cli::Run) -> Result<bool> {
    let found = notebook::find(&options.paths)?;
    let tools = prepare::everything(paths)?;
    if let Some(folder) = &options.save {
        fs::create_dir_all(folder)
            .with_context(|| format!("`{}` could not be made", folder.display()))?;
    }
    let mut all_ok = true;
    for path in &found {
        let save = options.save.as_ref().map(|folder| saved(folder, path));
        let outcome = one(
            paths,
            &tools,
            &Subject::itself(path),
            &options.kernel,
            options.timeout,
            save.as_deref(),
        )?;
        all_ok &= outcome.ok;
        if options.json {
            println!("{}", serde_json::to_string(&outcome)?);
        } else {
            report(&outcome)?;
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

/// Runs one notebook, as *Run All* of JupyterLab does: a panic does not stop it, since the kernel goes on; a cell that did
/// not compile, did not end or took its process with it does, and what follows is skipped.
pub(crate) fn one(
    paths: &Paths,
    tools: &Tools,
    subject: &Subject,
    kernel: &str,
    timeout: u64,
    save: Option<&Path>,
) -> Result<Outcome> {
    let notebook = Notebook::read(&subject.file)?;
    let started = Instant::now();
    let mut command = prepare::jupyter(paths, tools);
    if std::env::var_os("LAB_PROGRESS").is_none() {
        // A run proves notebooks; it is not the learner who solves them.
        command.env("LAB_PROGRESS", "");
    }
    let mut driver = Driver::start_on(command, paths, subject, kernel, timeout, save)?;
    let mut outcome = Outcome {
        path: subject.path.clone(),
        file: subject.file.clone(),
        ok: true,
        seconds: 0.0,
        cells: Vec::new(),
        verdicts: Vec::new(),
    };
    let mut next = driver.next()?;
    while let Some(done) = next {
        let cell = &notebook.cells()[done.index];
        let status = judge::status(cell, done.reply, &done.outputs);
        outcome
            .verdicts
            .extend(judge::verdicts(&done.outputs).cloned());
        let (status, cause, message) = match status {
            Status::Ok => ("ok", None, None),
            Status::Failed { cause, message } => ("failed", Some(cause), Some(message)),
        };
        outcome.ok &= cause.is_none();
        let goes_on = cause.is_none() || done.reply == Reply::Ok;
        outcome.cells.push(CellOutcome {
            index: done.index,
            seconds: done.seconds,
            status,
            cause,
            message,
        });
        next = if goes_on {
            driver.next()?
        } else {
            driver.stop()?
        };
    }
    outcome.seconds = started.elapsed().as_secs_f64();
    let ran = outcome.cells.last().map(|cell| cell.index);
    for (index, cell) in notebook.cells().iter().enumerate() {
        if notebook::is_code(cell)
            && !source(cell).trim().is_empty()
            && ran.is_none_or(|last| index > last)
        {
            outcome.ok = false;
            outcome.cells.push(CellOutcome {
                index,
                seconds: 0.0,
                status: "skipped",
                cause: None,
                message: None,
            });
        }
    }
    Ok(outcome)
}

/// Says in words how a notebook went: each cell's time and, where it failed, its source and the message.
pub(crate) fn report(outcome: &Outcome) -> Result<()> {
    let notebook = Notebook::read(&outcome.file)?;
    anstream::println!("{}", outcome.path.display());
    for cell in &outcome.cells {
        let source = source(&notebook.cells()[cell.index]);
        let first = source
            .lines()
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default();
        let first: String = first.chars().take(70).collect();
        match cell.cause {
            None if cell.status == "skipped" => {
                anstream::println!("  cell {:>2}          skipped", cell.index)
            }
            None => anstream::println!(
                "  cell {:>2} {:>6.2} s  ok       {first}",
                cell.index,
                cell.seconds
            ),
            Some(cause) => {
                anstream::println!(
                    "  cell {:>2} {:>6.2} s  \x1b[1;31mfailed\x1b[0m: {}",
                    cell.index,
                    cell.seconds,
                    cause.words()
                );
                for line in source.lines() {
                    anstream::println!("      | {line}");
                }
                for line in cell.message.iter().flat_map(|message| message.lines()) {
                    anstream::println!("      {line}");
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
        let codes: Vec<_> = verdict["findings"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|f| f["code"].as_str())
            .collect();
        let codes = if codes.is_empty() {
            String::new()
        } else {
            format!(": {}", codes.join(", "))
        };
        anstream::println!(
            "  verdict {}: {passed}{codes}",
            verdict["exercise"].as_str().unwrap_or("?")
        );
    }
    let word = if outcome.ok { "ok" } else { "failed" };
    anstream::println!("  {word} in {:.1} s", outcome.seconds);
    Ok(())
}

/// What the driver says of one cell.
#[derive(Debug, Deserialize)]
pub(crate) struct Done {
    pub(crate) index: usize,
    pub(crate) seconds: f64,
    pub(crate) reply: Reply,
    pub(crate) outputs: Vec<Value>,
}

/// The Python program that runs cells by nbclient, one at a time.
#[derive(Debug)]
pub(crate) struct Driver {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    stderr: Option<JoinHandle<Vec<u8>>>,
    started: bool,
    said: String,
    version: String,
}

impl Driver {
    /// Starts it on a notebook, in whose folder the kernel runs.
    pub(crate) fn start(
        command: Command,
        paths: &Paths,
        notebook: &Path,
        kernel: &str,
        timeout: u64,
        save: Option<&Path>,
    ) -> Result<Self> {
        let subject = Subject::itself(notebook);
        Driver::start_on(command, paths, &subject, kernel, timeout, save)
    }

    fn start_on(
        mut command: Command,
        paths: &Paths,
        subject: &Subject,
        kernel: &str,
        timeout: u64,
        save: Option<&Path>,
    ) -> Result<Self> {
        let absolute = |path: &Path| {
            std::path::absolute(path).with_context(|| format!("`{}` is no path", path.display()))
        };
        let (notebook, place) = (absolute(&subject.file)?, absolute(&subject.path)?);
        command
            .arg(paths.assets().join("execute.py"))
            .arg(&notebook)
            .args([
                "--kernel",
                kernel,
                "--timeout",
                &timeout.to_string(),
                "--folder",
            ])
            .arg(place.parent().unwrap_or(&paths.root))
            // The driver ends when we do, and its kernel when it does.
            .env(ENDS_WITH_PARENT, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(save) = save {
            command.arg("--save").arg(save);
        }
        let mut child = command
            .spawn()
            .with_context(|| format!("`{}` could not be started", process::line(&command)))?;
        let stdout = child
            .stdout
            .take()
            .context("the driver's answers are piped to us")?;
        let mut stderr = child
            .stderr
            .take()
            .context("the driver's messages are piped to us")?;
        Ok(Driver {
            stdin: child.stdin.take(),
            stdout: BufReader::new(stdout),
            stderr: Some(std::thread::spawn(move || {
                let mut said = Vec::new();
                // What cannot be read any more is not said.
                let _ = stderr.read_to_end(&mut said);
                said
            })),
            child,
            started: false,
            said: String::new(),
            version: String::new(),
        })
    }

    /// Lets the next cell run and returns how it went; nothing after the last one.
    pub(crate) fn next(&mut self) -> Result<Option<Done>> {
        if self.started {
            if let Some(stdin) = &mut self.stdin {
                // A driver that is gone is noticed when we read.
                let _ = stdin.write_all(b"next\n").and_then(|()| stdin.flush());
            }
        } else {
            self.started = true;
        }
        let mut line = String::new();
        loop {
            line.clear();
            if self
                .stdout
                .read_line(&mut line)
                .context("the driver's answer could not be read")?
                == 0
            {
                return self.end();
            }
            let event: Value = serde_json::from_str(&line).unwrap_or_default();
            if event["event"] == "ready" {
                event["version"]
                    .as_str()
                    .unwrap_or_default()
                    .clone_into(&mut self.version);
            }
            if event["event"] == "cell" {
                return Ok(Some(
                    serde_json::from_value(event)
                        .context("the driver's answer has another form")?,
                ));
            }
        }
    }

    /// Ends the notebook here. The kernel is shut down and, if that was asked for, the notebook saved.
    pub(crate) fn stop(&mut self) -> Result<Option<Done>> {
        self.stdin = None;
        self.end()
    }

    /// What the driver and the kernel wrote to standard error; whole once the notebook has ended.
    pub(crate) fn said(&self) -> &str {
        &self.said
    }

    /// The version of the kernel, as it says itself once it answers.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    fn end(&mut self) -> Result<Option<Done>> {
        self.stdin = None;
        let status = self
            .child
            .wait()
            .context("the driver's end could not be awaited")?;
        let said = self
            .stderr
            .take()
            .and_then(|reader| reader.join().ok())
            .unwrap_or_default();
        self.said = process::tail(&said);
        if !status.success() {
            bail!(
                "the notebook could not be run:\n{}\nhint: `cargo lab doctor` shows what is installed",
                self.said
            );
        }
        Ok(None)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // An error on the way leaves the driver waiting for an answer: the end of its input tells it to shut down.
        self.stdin = None;
        let _ = self.child.wait();
    }
}
