//! The Python program that runs the cells of a notebook by nbclient, one at a time.

use crate::system::{paths::Paths, process, variables};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;
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

impl Driver {
    /// Starts it by a command of the Python that has nbclient.
    pub(crate) fn start(mut command: Command, paths: &Paths, job: &Job) -> Result<Self> {
        let folder = std::path::absolute(job.folder)
            .with_context(|| format!("`{}` is no path", job.folder.display()))?;
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
        let stdout = child
            .stdout
            .take()
            .context("the driver's answers are piped to us")?;
        let mut stderr = child
            .stderr
            .take()
            .context("the driver's messages are piped to us")?;
        let mut stdin = child.stdin.take();
        if let Some(stdin) = &mut stdin {
            // A driver that is gone is noticed when we read.
            let _ = writeln!(stdin, "{}", job.notebook).and_then(|()| stdin.flush());
        }
        Ok(Driver {
            stdin,
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
