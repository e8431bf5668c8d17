//! Learners who work in a class at the same time, and what each of them took. One of them attacks another, the class and the
//! machine; and the hub is killed while they work, and started again.

use super::{
    Limits,
    address::free_ports,
    programs::{Programs, program},
    settings::{Ports, Settings},
};
use crate::notebook::tested;
use crate::prepare::Tools;
use crate::system::{files, paths::Paths, process, step::Step, variables};
use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde::Deserialize;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long JupyterHub may take to start, and to stop.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the learners say when the hub is to be killed and started again.
const RESTART: &str = "restart the hub";

/// What is tried.
pub(super) struct Trial {
    pub(super) learners: usize,
    /// Seconds that each learner thinks before the next cell.
    pub(super) pause: f64,
    pub(super) limits: Limits,
    /// Why learners are not kept apart, and attacks not tried; nothing where they are.
    pub(super) why_trusting: Option<String>,
}

/// Why the learners of a trial cannot be kept apart, if so.
pub(super) fn why_trusting(
    paths: &Paths,
    programs: &Programs,
    tools: &Tools,
    asked: bool,
) -> Result<Option<String>> {
    if asked {
        return Ok(Some("`--trusting` was asked for".to_owned()));
    }
    if !rustix::process::geteuid().is_root() {
        return Ok(Some("only root can make accounts".to_owned()));
    }
    programs.problem(paths, tools, &paths.state().join("class/trial"))
}

/// What a trial found out.
#[derive(Debug, Deserialize)]
struct Report {
    learners: Vec<Learner>,
    all: All,
    attacks: Vec<Attack>,
    others: Vec<String>,
}

/// What one learner tried against another, the class or the machine, and what came of it.
#[derive(Debug, Deserialize)]
struct Attack {
    what: String,
    succeeded: bool,
    said: String,
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
    disk_bytes: f64,
}

#[derive(Debug, Deserialize)]
struct All {
    median_cell_s: f64,
    peak_bytes: f64,
    beyond_the_limit: Option<String>,
}

/// Has so many learners work through the exercises, in a class of their own that ends with it, prints what each took, and
/// fails where a verdict is wrong or an attack succeeds.
pub(super) fn run(paths: &Paths, programs: &Programs, tools: &Tools, trial: &Trial) -> Result<()> {
    let step = Step::start(format!("A class of {}", trial.learners));
    let folder = paths.state().join("class/trial");
    let rooms = trial.why_trusting.is_none();
    if rooms {
        // What a trial that was killed has left.
        clean(paths, programs, &folder)?;
    }
    files::empty_folder(&folder)?;
    let [port, hub_port, proxy_port] = free_ports()?;
    let address = format!("http://127.0.0.1:{port}/");
    let notebooks = tested::notebooks(paths)?.folder;
    let settings = Settings {
        bind: format!("http://127.0.0.1:{port}"),
        secure: false,
        certificate: None,
        key: None,
        trusting: !rooms,
        teacher: "teacher".to_owned(),
        memory: trial.limits.memory,
        processes: trial.limits.processes,
        cores: trial.limits.cores,
        disk: trial.limits.disk,
        ports: Ports {
            hub_port,
            proxy_port,
        },
    };
    let secret = format!("trial-{}-{port}", std::process::id());
    let log = folder.join("jupyterhub.log");
    let start = || -> Result<Hub> {
        let output = File::options().create(true).append(true).open(&log)?;
        let mut command = programs.hub(paths, tools, &folder, &settings)?;
        command
            .env(variables::CLASS_CODE, &secret)
            .env(variables::CLASS_PASSWORD, &secret)
            .env(variables::CLASS_NOTEBOOKS, &notebooks)
            .env(variables::ENDS_WITH_PARENT, std::process::id().to_string())
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .process_group(0);
        let hub = Hub(command.spawn().context("JupyterHub could not be started")?);
        hub.wait(port)?;
        Ok(hub)
    };
    let hint = || format!("hint: the reason is in `{}`", paths.shown(&log));
    let mut hub = start().with_context(hint)?;
    let mut work = process::command(&programs.python);
    work.arg(paths.assets().join("class_trial.py"))
        .args(["--hub", &address, "--code", &secret])
        .args(["--learners", &trial.learners.to_string()])
        .args(["--limit", &trial.limits.memory.to_string()])
        .args(["--disk", &trial.limits.disk.to_string()])
        .args(["--processes", &trial.limits.processes.to_string()])
        .args(["--pause", &trial.pause.to_string()])
        .args(["--ports", &format!("{hub_port},{proxy_port}")])
        .arg("--class")
        .arg(&folder)
        .arg("--notebooks")
        .arg(&notebooks);
    if rooms {
        work.arg("--rooms");
    }
    let said = talk(work, || {
        hub.kill();
        hub = start()?;
        Ok(())
    })
    .with_context(hint);
    drop(hub);
    if rooms {
        clean(paths, programs, &folder)?;
    }
    let said = said?;
    step.done("worked at the same time");
    let report: Report =
        serde_json::from_str(&said).context("the trial's report could not be read")?;
    println!("{}", table(&report));
    if let Some(why) = &trial.why_trusting {
        println!(
            "skipped: attacks of learners on each other, which a class that trusts does not keep off, since {why}"
        );
    }
    if let Some(one) = report.learners.iter().find(|one| !one.passed) {
        bail!(
            "{} did not pass {}: {:?}",
            one.learner,
            one.exercise,
            one.findings
        );
    }
    match report.attacks.iter().find(|attack| attack.succeeded) {
        Some(attack) => bail!("an attack succeeded: {}\n{}", attack.what, attack.said),
        None => Ok(()),
    }
}

/// Runs the learners' program, and returns its report. It may ask for the hub to be killed and started again.
fn talk(mut command: Command, mut restart: impl FnMut() -> Result<()>) -> Result<String> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = process::spawn(&mut command)?;
    let mut answers = child.stdin.take().context("its input is piped")?;
    let output = child.stdout.take().context("its output is piped")?;
    let mut report = String::new();
    for line in BufReader::new(output).lines() {
        let line = line.context("the learners could not be heard")?;
        if line == RESTART {
            restart()?;
            writeln!(answers, "done").context("the learners do not listen")?;
        } else {
            report.push_str(&line);
        }
    }
    let status = child
        .wait()
        .context("the learners' end could not be awaited")?;
    if !status.success() {
        bail!("`{}` failed ({status})", process::display(&command));
    }
    Ok(report)
}

/// Removes the accounts and control groups of a trial.
fn clean(paths: &Paths, programs: &Programs, folder: &Path) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    let mut command = process::command(&programs.python);
    command.arg(program(paths)).arg("clean").arg(folder);
    process::checked_stdout(&mut command).map(drop)
}

/// A running JupyterHub, which ends with this value.
struct Hub(Child);

impl Hub {
    /// Kills it, and nothing that it has started, as a machine short of memory would.
    fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

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

fn table(report: &Report) -> String {
    use std::fmt::Write as _;
    let mut text = String::from(
        "learner     exercise                  verdict   kernel ready   cells   median cell   worst cell   memory at most   disk\n",
    );
    let megabytes = |bytes: f64| bytes / 1e6;
    for one in &report.learners {
        let verdict = if one.passed { "passed" } else { "wrong" };
        let _ = writeln!(
            text,
            "{:<11} {:<25} {verdict:<9} {:>10.1} s {:>7} {:>11.2} s {:>10.2} s {:>13.0} MB {:>7.1} MB",
            one.learner,
            one.exercise,
            one.ready_s,
            one.cells,
            one.median_cell_s,
            one.worst_cell_s,
            megabytes(one.peak_bytes),
            megabytes(one.disk_bytes)
        );
    }
    let _ = writeln!(
        text,
        "all together: median cell {:.2} s, {:.0} MB at most",
        report.all.median_cell_s,
        megabytes(report.all.peak_bytes)
    );
    if let Some(said) = &report.all.beyond_the_limit {
        let _ = writeln!(
            text,
            "One learner's cell asked for twice the limit, and the others went on. That cell said:\n  {}",
            said.replace('\n', "\n  ")
        );
    }
    for line in &report.others {
        let _ = writeln!(text, "{line}");
    }
    for attack in &report.attacks {
        let came = if attack.succeeded {
            "SUCCEEDED"
        } else {
            "failed"
        };
        let _ = writeln!(text, "attack {came}: {} ({})", attack.what, attack.said);
    }
    text
}
