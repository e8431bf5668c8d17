//! A class on one machine: JupyterHub, with a JupyterLab for every learner.
//!
//! JupyterHub comes from PyPI, its proxy from npm; what they do is written in `support/deploy/jupyterhub_config.py`, and what
//! keeps learners apart in `support/deploy/classroom`. A [`trial`] has learners work at the same time, to see what a machine
//! holds before a class comes, and attack each other.

mod address;
mod folder;
mod programs;
mod settings;
mod trial;

use crate::jupyter::interpreter;
use crate::notebook::tested;
use crate::prepare::{self, Tools};
use crate::system::{
    paths::Paths,
    process,
    variables::{self, CLASS_CODE, CLASS_PASSWORD},
};
use address::Reach;
use anyhow::{Context, Result, bail};
use clap::Args;
use folder::Folder;
use programs::{Programs, problem, program};
use settings::{Ports, Settings};
use std::env;
use std::io::IsTerminal;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// The learners of the class that `cargo lab test` tries out.
const TESTED: usize = 6;

/// Options of `cargo lab class`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where to put a folder for each learner; folders that are there already stay as they are.
    #[arg(value_name = "DIR", required_unless_present = "trial")]
    folder: Option<PathBuf>,
    #[command(flatten)]
    reach: ReachOptions,
    #[command(flatten)]
    limits: Limits,
    #[command(flatten)]
    task: Task,
    /// Run all servers under the account that starts the class. Every learner can then read and change everybody's files,
    /// yours too, use everybody's kernels, and become the teacher: only for people who would not, or on a machine that is
    /// made for this class and thrown away after it. Without it, the class is to be started as root, and gives every learner
    /// an account and a room of their own.
    #[arg(long)]
    trusting: bool,
    /// The name under which the teacher logs in.
    #[arg(long, value_name = "NAME", default_value = "teacher")]
    teacher: String,
    /// Serve nobody: let so many simulated learners work at the same time, and report how long they waited and what memory they took.
    #[arg(long = "try", value_name = "LEARNERS")]
    trial: Option<usize>,
    /// In a trial, seconds that each learner thinks before the next cell, on the average; no two think in step.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 0.0,
        requires = "trial"
    )]
    pause: f64,
}

/// How the class is reached.
#[derive(Debug, Args)]
struct ReachOptions {
    /// Where learners reach it; http://127.0.0.1:8000 unless told otherwise. Beyond this machine it needs TLS, as in
    /// `https://:443` with a certificate, or `https://class.example.org` where a server in front has one.
    #[arg(long, value_name = "URL")]
    address: Option<String>,
    /// The certificate of the class, with those that it is signed by.
    #[arg(long, value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,
    /// Its key.
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
    /// Serve beyond this machine without TLS: passwords go over the network for all to read.
    #[arg(long)]
    plain: bool,
}

/// What one learner may use.
#[derive(Debug, Clone, Copy, Args)]
struct Limits {
    /// Bytes of memory that one learner may use, as in 2G or 1500M, all notebooks together: two open notebooks, or one and its compiler at
    /// their worst, unless told otherwise.
    #[arg(long, value_name = "BYTES", default_value = "2G", value_parser = settings::bytes)]
    memory: u64,
    /// Processes and threads that one learner may have.
    #[arg(long, value_name = "NUMBER", default_value_t = 512)]
    processes: u64,
    /// Cores that one learner may keep busy.
    #[arg(long, value_name = "NUMBER", default_value_t = 2.0)]
    cores: f64,
    /// Bytes of the disk that one learner may have; who has more has the server stopped.
    #[arg(long, value_name = "BYTES", default_value = "4G", value_parser = settings::bytes)]
    disk: u64,
}

/// What to do with a class other than to serve it.
#[derive(Debug, Args)]
#[group(multiple = false)]
struct Task {
    /// Serve nobody: show which exercises everybody has solved, and what the check found last in the others.
    #[arg(long)]
    progress: bool,
    /// Serve nobody: put a notebook into everybody's folder; one of that name that is there already stays.
    #[arg(long, value_name = "FILE")]
    hand_out: Vec<PathBuf>,
    /// Serve nobody: copy everybody's work into a new folder, with one for each learner.
    #[arg(long, value_name = "FOLDER")]
    collect: Option<PathBuf>,
    /// Serve nobody: end what is left of the class, and remove the learners' accounts; their work stays.
    #[arg(long)]
    clean: bool,
}

impl Task {
    /// The task as `work.py` knows it, with the files that it is about; nothing where the class is to be served.
    fn words(&self) -> Option<(&'static str, Vec<&Path>)> {
        let files = self.hand_out.iter().map(PathBuf::as_path).collect();
        match self {
            Task { progress: true, .. } => Some(("progress", Vec::new())),
            Task { clean: true, .. } => Some(("clean", Vec::new())),
            Task {
                collect: Some(into),
                ..
            } => Some(("collect", vec![into])),
            Task { hand_out, .. } if !hand_out.is_empty() => Some(("hand-out", files)),
            Task { .. } => None,
        }
    }
}

/// Starts the class and waits for its end, or does something else with it.
pub(crate) fn run(paths: &Paths, options: &Options) -> Result<()> {
    if let (Some((task, files)), Some(folder)) = (options.task.words(), &options.folder) {
        return work(paths, task, folder, &files);
    }
    let trusting = options.trusting;
    if !trusting && options.trial.is_none() && !rustix::process::geteuid().is_root() {
        bail!(
            "only root can give every learner an account of their own\n\
             hint: start the class as root; or with `--trusting`, if everybody may see and change everybody's work and yours"
        );
    }
    let told = &options.reach;
    let reach = Reach {
        address: told.address.as_deref(),
        certificate: told.certificate.is_some(),
        plain: told.plain,
    };
    reach.parsed()?;
    let (password, code) = (said(CLASS_PASSWORD), said(CLASS_CODE));
    if let Some(password) = &password {
        settings::password_is_long_enough(password, CLASS_PASSWORD)?;
    }
    let code = code.as_deref().map(str::trim);
    if let Some(code) = code {
        settings::code_is_long_enough(code, CLASS_CODE)?;
    }
    if let (false, Some(folder)) = (trusting, &options.folder) {
        // Before minutes are spent on what is to be prepared.
        must_be_apart(problem(paths, &interpreter::find()?, &[folder])?)?;
    }
    let tools = prepare::everything(paths)?;
    let programs = Programs::ensure(paths, &tools)?;
    if let Some(learners) = options.trial {
        let trial = trial::Trial {
            learners,
            pause: options.pause,
            limits: options.limits,
            why_trusting: trial::why_trusting(paths, &programs, &tools, trusting)?,
        };
        return trial::run(paths, &programs, &tools, &trial);
    }
    let folder = options.folder.as_ref().context("a class needs a folder")?;
    let hub = Folder::open(folder)?;
    if !trusting {
        must_be_apart(programs.problem(paths, &tools, &hub.class)?)?;
    }
    let absolute = |file: &Option<PathBuf>| file.as_deref().map(std::path::absolute).transpose();
    let (certificate, key) = (absolute(&told.certificate)?, absolute(&told.key)?);
    let mut names = match (&certificate, &key) {
        (Some(certificate), Some(key)) => programs.names(paths, certificate, key)?,
        _ => Vec::new(),
    };
    names.push(rustix::system::uname().nodename().to_string_lossy().into());
    hub.end_proxy()?;
    let door = reach.door(&names)?;
    let Limits {
        memory,
        processes,
        cores,
        disk,
    } = options.limits;
    let settings = Settings {
        bind: door.bind,
        secure: door.secure,
        certificate,
        key,
        trusting,
        teacher: options.teacher.clone(),
        memory,
        processes,
        cores,
        disk,
        ports: Ports::of(&hub.hub)?,
    };
    let code = settings::code(&hub.hub, code)?;
    let mut command = programs.hub(paths, &tools, &hub.class, &settings)?;
    command.env(variables::CLASS_NOTEBOOKS, tested::notebooks(paths)?.folder);
    command.env(CLASS_CODE, &code);
    for line in &door.said {
        eprintln!("{line}");
    }
    eprintln!("Learners sign up there with the code of the class: {code}");
    if password.is_none() && !hub.hub.join("jupyterhub.sqlite").exists() {
        let password = settings::random_letters(16)?;
        eprintln!(
            "The teacher logs in as {} with the password {password}, which is said this once; {CLASS_PASSWORD} sets another.",
            options.teacher
        );
        command.env(CLASS_PASSWORD, password);
    } else {
        eprintln!("The teacher logs in as {}.", options.teacher);
    }
    if trusting {
        eprintln!(
            "Everybody can see and change everybody's work, and yours: `--trusting` says that this may be."
        );
    }
    if std::io::stderr().is_terminal() {
        // `classroom/log.py` sees to it.
        let log = hub.hub.join("log");
        eprintln!("What it does is written to {}.", log.display());
    }
    eprintln!("Ctrl-C ends the class.");
    hub.hand_on()?;
    Err(command.exec()).context("JupyterHub could not be started")
}

/// What a variable says, if anything.
fn said(variable: &str) -> Option<String> {
    env::var(variable)
        .ok()
        .filter(|text| !text.trim().is_empty())
}

/// Tries out a small class where there is npm, and says so where there is none.
pub(crate) fn test(paths: &Paths, tools: &Tools) -> Result<()> {
    if process::which("npm").is_none() {
        println!(
            "skipped: the test of a class, whose proxy comes from npm, which is not on the PATH"
        );
        return Ok(());
    }
    let programs = Programs::ensure(paths, tools)?;
    programs.test(paths)?;
    let trial = trial::Trial {
        learners: TESTED,
        pause: 0.0,
        limits: Limits {
            memory: 2_000_000_000,
            processes: 512,
            cores: 2.0,
            disk: 4_000_000_000,
        },
        why_trusting: trial::why_trusting(paths, &programs, tools, false)?,
    };
    trial::run(paths, &programs, tools, &trial)
}

/// Has the teacher's program do something with a class that is served or not.
fn work(paths: &Paths, task: &str, folder: &Path, files: &[&Path]) -> Result<()> {
    if task == "clean" && folder.is_dir() {
        Folder::open(folder)?.end_proxy()?;
    }
    let python = Programs::python(paths)?;
    let mut command = process::command(python);
    command
        .arg(program(paths))
        .arg(task)
        .arg(folder)
        .args(files);
    let output = process::output(command.stdout(Stdio::inherit()))?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

/// Fails where learners cannot be kept apart, for a reason.
fn must_be_apart(problem: Option<String>) -> Result<()> {
    if let Some(problem) = problem {
        bail!(
            "learners cannot be kept apart here: {problem}\nhint: mend that; or start the class with `--trusting`, if everybody \
             may see and change everybody's work and yours"
        );
    }
    Ok(())
}
