//! Learners who work in a class at the same time, and what each of them took.

use super::Programs;
use crate::notebook::tested;
use crate::system::{files, paths::Paths, process, step::Step, variables};
use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde::Deserialize;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long JupyterHub may take to start, and to stop.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a trial found out.
#[derive(Debug, Deserialize)]
struct Report {
    learners: Vec<Learner>,
    all: All,
}

#[derive(Debug, Deserialize)]
struct Learner {
    learner: String,
    exercise: String,
    passed: bool,
    findings: Vec<String>,
    ready_s: f64,
    cells: usize,
    median_cell_s: f64,
    worst_cell_s: f64,
    peak_bytes: f64,
}

#[derive(Debug, Deserialize)]
struct All {
    median_cell_s: f64,
    peak_bytes: f64,
    beyond_the_limit: Option<String>,
}

/// Has so many learners work through the exercises, in a class of their own that ends with it, prints what each took, and
/// fails where a verdict is wrong.
pub(super) fn run(
    paths: &Paths,
    programs: &Programs,
    learners: usize,
    memory: u64,
    pause: f64,
) -> Result<()> {
    let step = Step::start(format!("A class of {learners}"));
    let folder = paths.state().join("class/trial");
    files::empty_folder(&folder)?;
    let ports = free_ports()?;
    let password = format!("trial-{}-{}", std::process::id(), ports[0]);
    let log = folder.join("jupyterhub.log");
    let output = File::create(&log)?;
    let notebooks = tested::notebooks(paths)?.folder;
    let mut command = programs.hub(paths, &folder, memory, ports);
    command
        .env(variables::CLASS_PASSWORD, &password)
        .env(variables::CLASS_NOTEBOOKS, &notebooks)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .process_group(0);
    let hub = Hub(command.spawn().context("JupyterHub could not be started")?);
    let hint = || format!("hint: the reason is in `{}`", paths.shown(&log));
    hub.wait(ports[0]).with_context(hint)?;
    let said = process::checked_stdout(
        process::command(&programs.python)
            .arg(paths.assets().join("class_trial.py"))
            .args(["--hub", &format!("http://127.0.0.1:{}/", ports[0])])
            .args(["--password", &password])
            .args(["--learners", &learners.to_string()])
            .args(["--limit", &memory.to_string()])
            .args(["--pause", &pause.to_string()])
            .arg("--notebooks")
            .arg(&notebooks),
    )
    .with_context(hint)?;
    drop(hub);
    step.done("worked at the same time");
    let report: Report =
        serde_json::from_str(&said).context("the trial's report could not be read")?;
    println!("{}", table(&report));
    match report.learners.iter().find(|one| !one.passed) {
        Some(one) => bail!(
            "{} did not pass {}: {:?}",
            one.learner,
            one.exercise,
            one.findings
        ),
        None => Ok(()),
    }
}

/// A running JupyterHub, which ends with this value.
struct Hub(Child);

impl Hub {
    /// Waits until it answers.
    fn wait(&self, port: u16) -> Result<()> {
        let since = Instant::now();
        while !answers(port) {
            if since.elapsed() > PATIENCE {
                bail!("JupyterHub did not answer within {} s", PATIENCE.as_secs());
            }
            thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }
}

/// Whether the hub answers behind its proxy: the proxy alone says that it knows no way.
fn answers(port: u16) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /hub/health HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")?;
        let mut answer = String::new();
        stream.take(64).read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

impl Drop for Hub {
    fn drop(&mut self) {
        let Ok(id) = i32::try_from(self.0.id()) else {
            return;
        };
        let Some(pid) = Pid::from_raw(id) else { return };
        // It ends the learners' servers and its proxy itself, given the time.
        let _ = kill_process(pid, Signal::TERM);
        let since = Instant::now();
        while since.elapsed() < PATIENCE && matches!(self.0.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(100));
        }
        let _ = kill_process_group(pid, Signal::KILL);
        let _ = self.0.wait();
    }
}

/// Three ports that nobody listens on.
fn free_ports() -> Result<[u16; 3]> {
    let listen = || TcpListener::bind(("127.0.0.1", 0)).context("no port is free");
    let [one, two, three] = [listen()?, listen()?, listen()?];
    let port = |listener: &TcpListener| -> Result<u16> {
        let address = listener.local_addr();
        Ok(address.context("a port has no number")?.port())
    };
    Ok([port(&one)?, port(&two)?, port(&three)?])
}

fn table(report: &Report) -> String {
    use std::fmt::Write as _;
    let mut text = String::from(
        "learner     exercise                  verdict   kernel ready   cells   median cell   worst cell   memory at most\n",
    );
    let megabytes = |bytes: f64| bytes / 1e6;
    for one in &report.learners {
        let verdict = if one.passed { "passed" } else { "wrong" };
        let _ = writeln!(
            text,
            "{:<11} {:<25} {verdict:<9} {:>10.1} s {:>7} {:>11.2} s {:>10.2} s {:>13.0} MB",
            one.learner,
            one.exercise,
            one.ready_s,
            one.cells,
            one.median_cell_s,
            one.worst_cell_s,
            megabytes(one.peak_bytes)
        );
    }
    let _ = writeln!(
        text,
        "all together: median cell {:.2} s, {:.0} MB at most",
        report.all.median_cell_s,
        megabytes(report.all.peak_bytes)
    );
    if let Some(said) = &report.all.beyond_the_limit {
        let _ = write!(
            text,
            "One learner's cell asked for twice the limit, and the others went on. That cell said:\n  {}",
            said.replace('\n', "\n  ")
        );
    }
    text
}
