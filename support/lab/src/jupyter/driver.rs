//! The Python program that runs the cells of a notebook by nbclient, one at a time.

use crate::system::{paths::Paths, process, variables};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt::Display;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

/// How the kernel answered to a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Reply {
    /// It ran, or so the kernel says.
    Ok,
    /// It did not compile, or took the process that holds the variables with it.
    Error,
    /// It had not ended when its time was up.
    Timeout,
    /// The kernel is gone.
    Dead,
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

/// What a driver is to do.
#[derive(Debug)]
pub(crate) struct Job<'a> {
    /// The notebook itself: whoever judges its cells has read the same.
    pub(crate) notebook: &'a Value,
    /// The folder in which the kernel runs.
    pub(crate) folder: &'a Path,
    /// As Jupyter knows it.
    pub(crate) kernel: &'a str,
    /// Seconds for one cell.
    pub(crate) timeout: u64,
    /// Where to write a copy with outputs.
    pub(crate) save: Option<&'a Path>,
}

/// A notebook of code cells with these sources.
pub(crate) fn notebook<'a>(sources: impl IntoIterator<Item = &'a str>) -> Value {
    let cells = sources.into_iter().enumerate().map(|(place, source)| {
        json!({
            "cell_type": "code", "id": format!("cell-{place}"), "metadata": {}, "outputs": [], "execution_count": null,
            "source": source,
        })
    });
    let cells: Vec<_> = cells.collect();
    json!({ "cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5 })
}

impl Driver {
    /// Starts it by a command of the Python that has nbclient.
    pub(crate) fn start(mut command: Command, paths: &Paths, job: &Job) -> Result<Self> {
        let folder = std::path::absolute(job.folder)
            .with_context(|| format!("`{}` is not a path", job.folder.display()))?;
        command
            .arg(paths.assets().join("execute.py"))
            .args(["--kernel", job.kernel])
            .args(["--timeout", &job.timeout.to_string(), "--folder"])
            .arg(folder)
            // The driver ends when we do, and its kernel when it does.
            .env(variables::ENDS_WITH_PARENT, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(save) = job.save {
            command.arg("--save").arg(save);
        }
        let mut child = process::spawn(&mut command)?;
        let stdout = child.stdout.take();
        let stdout = stdout.context("the driver's answers are piped to us")?;
        let stderr = child.stderr.take();
        let mut stderr = stderr.context("the driver's messages are piped to us")?;
        let mut driver = Driver {
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
        };
        driver.tell(job.notebook);
        Ok(driver)
    }

    fn tell(&mut self, line: impl Display) {
        if let Some(stdin) = &mut self.stdin {
            // A driver that is gone is noticed when we read.
            let _ = writeln!(stdin, "{line}").and_then(|()| stdin.flush());
        }
    }

    /// Lets the next cell run and returns how it went; nothing after the last one.
    pub(crate) fn next(&mut self) -> Result<Option<Done>> {
        if std::mem::replace(&mut self.started, true) {
            self.tell("next");
        }
        let mut line = String::new();
        loop {
            line.clear();
            let read = self.stdout.read_line(&mut line);
            if read.context("the driver's answer could not be read")? == 0 {
                return self.end();
            }
            let event: Value = serde_json::from_str(&line).unwrap_or_default();
            if event["event"] == "ready" {
                let version = event["version"].as_str();
                self.version = version.unwrap_or_default().to_owned();
            } else if event["event"] == "cell" {
                let done = serde_json::from_value(event);
                return done
                    .map(Some)
                    .context("the driver's answer has another form");
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
        let status = self.child.wait();
        let status = status.context("the driver's end could not be awaited")?;
        let said = self.stderr.take().and_then(|reader| reader.join().ok());
        self.said = process::tail(&said.unwrap_or_default());
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
