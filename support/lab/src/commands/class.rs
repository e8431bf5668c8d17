//! A class on one machine: JupyterHub, with a JupyterLab for every learner.
//!
//! JupyterHub comes from PyPI, its proxy from npm; what they do is written in `support/deploy/jupyterhub_config.py`. A
//! [`trial`] has learners work at the same time, to see what a machine holds before a class comes.

mod trial;

use crate::jupyter::packages;
use crate::notebook::tested;
use crate::prepare::{self, Tools};
use crate::system::{
    paths::Paths,
    process,
    step::Step,
    variables::{self, CLASS_PASSWORD},
};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::env;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The proxy that leads each learner to the server that is theirs.
const PROXY: &str = "configurable-http-proxy@5.3";

/// The fewest characters that JupyterHub takes for one.
const SHORTEST: usize = 8;

/// Bytes that a learner gets unless told otherwise: two open notebooks, or one and its compiler at their worst.
const MEMORY: u64 = 2_000_000_000;

/// The learners of the class that `cargo lab test` tries out.
const TESTED: usize = 6;

/// Options of `cargo lab class`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where to put a folder for each learner; folders that are there already stay as they are.
    #[arg(value_name = "DIR", required_unless_present = "trial")]
    folder: Option<PathBuf>,
    /// Where learners reach it. To be reached from other machines, it needs an address such as http://:8000.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8000")]
    address: String,
    /// Bytes of memory that one learner may use, all notebooks together.
    #[arg(long, value_name = "BYTES", default_value_t = MEMORY)]
    memory: u64,
    /// Serve nobody: let so many simulated learners work at the same time, and report how long they waited and what memory they took.
    #[arg(long = "try", value_name = "LEARNERS")]
    trial: Option<usize>,
    /// In a trial, seconds that each learner thinks before the next cell.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 0.0,
        requires = "trial"
    )]
    pause: f64,
}

/// Starts the class and waits for its end, or tries it out.
pub(crate) fn run(paths: &Paths, options: &Options) -> Result<()> {
    if options.trial.is_none() {
        password_is_long_enough(env::var(CLASS_PASSWORD).ok().as_deref())?;
    }
    let tools = prepare::everything(paths)?;
    let programs = Programs::ensure(paths, &tools)?;
    if let Some(learners) = options.trial {
        return trial::run(paths, &programs, learners, options.memory, options.pause);
    }
    let folder = options.folder.as_ref().context("a class needs a folder")?;
    let folder = std::path::absolute(folder)
        .with_context(|| format!("`{}` is not a path", folder.display()))?;
    let mut hub = programs.hub(paths, &folder, options.memory, [8000, 8081, 8001]);
    hub.env(variables::CLASS_NOTEBOOKS, tested::notebooks(paths)?.folder);
    hub.env(variables::CLASS_ADDRESS, &options.address);
    eprintln!("The class is at {}; Ctrl-C ends it.", options.address);
    Err(hub.exec()).context("JupyterHub could not be started")
}

fn password_is_long_enough(password: Option<&str>) -> Result<()> {
    match password.map(|text| text.chars().count()) {
        None => {
            bail!(
                "learners need a password\nhint: set {CLASS_PASSWORD} to the password that they will type"
            )
        }
        Some(length) if length < SHORTEST => {
            bail!(
                "the password has {length} characters\nhint: set {CLASS_PASSWORD} to at least {SHORTEST}"
            )
        }
        Some(_) => Ok(()),
    }
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
    trial::run(paths, &programs, TESTED, MEMORY, 0.0)
}

/// What a class needs besides the lab.
struct Programs {
    python: PathBuf,
    proxy: PathBuf,
}

impl Programs {
    fn ensure(paths: &Paths, tools: &Tools) -> Result<Self> {
        let folder = paths.state().join("class");
        let pins = packages::pins(&paths.root.join("environment.yml"))?;
        let venv = folder.join("venv");
        let python = packages::with(paths, &venv, &tools.python, "class", &pins)?;
        let proxy = folder.join("node_modules/.bin/configurable-http-proxy");
        if !proxy.exists() {
            let npm = process::which("npm")
                .context("JupyterHub's proxy comes from npm, which is not on the PATH\nhint: install Node.js, and try again")?;
            let step = Step::start(PROXY);
            process::checked_stdout(
                process::command(npm)
                    .args(["install", "--no-fund", "--no-audit", "--prefix"])
                    .arg(&folder)
                    .arg(PROXY),
            )?;
            step.done("installed");
        }
        Ok(Programs { python, proxy })
    }

    /// JupyterHub's command; `ports` are those of the learners, of the hub and of the proxy.
    fn hub(&self, paths: &Paths, folder: &Path, memory: u64, ports: [u16; 3]) -> Command {
        let bin = self.proxy.parent().unwrap_or(Path::new(".")).to_owned();
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(bin).chain(env::split_paths(&path));
        let mut command = process::command(&self.python);
        command
            .args(["-m", "jupyterhub", "-f"])
            .arg(paths.root.join("support/deploy/jupyterhub_config.py"))
            .env(variables::STATE, paths.state())
            .env(variables::CLASS, folder)
            .env(variables::CLASS_MEMORY, memory.to_string())
            .env(
                variables::CLASS_ADDRESS,
                format!("http://127.0.0.1:{}", ports[0]),
            )
            .env(variables::CLASS_HUB_PORT, ports[1].to_string())
            .env(variables::CLASS_PROXY_PORT, ports[2].to_string())
            .env_remove(variables::PRESTART);
        if let Ok(path) = env::join_paths(folders) {
            command.env("PATH", path);
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_jupyterhub_would_refuse_is_refused_first() {
        let said = |password| {
            let error = password_is_long_enough(password).expect_err("short");
            format!("{error:#}")
        };
        assert!(said(None).contains(CLASS_PASSWORD));
        assert!(said(Some("seven77")).contains("at least 8"));
        assert!(password_is_long_enough(Some("eight888")).is_ok());
    }
}
