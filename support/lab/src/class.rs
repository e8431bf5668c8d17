//! A class on one machine: JupyterHub, with a JupyterLab for every learner.
//!
//! JupyterHub comes from PyPI, its proxy from npm; what they do is written in `support/deploy/jupyterhub_config.py`. A
//! [`trial`] has learners work at the same time, to see what a machine holds before a class comes.

mod trial;

use crate::cli;
use crate::kernel;
use crate::paths::Paths;
use crate::prepare::{self, Tools, python};
use crate::process;
use crate::progress::Step;
use crate::tested;
use anyhow::{Context, Result, bail};
use std::env;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The proxy that leads each learner to the server that is theirs.
const PROXY: &str = "configurable-http-proxy@5.3";

/// What learners type to get in.
const PASSWORD: &str = "ASYNC_LAB_CLASS_PASSWORD";

/// Where the notebooks lie that learners get: the lab's, without what was written into those of the checkout.
const NOTEBOOKS: &str = "ASYNC_LAB_CLASS_NOTEBOOKS";

/// The fewest characters that JupyterHub takes for one.
const SHORTEST: usize = 8;

/// The learners of the class that `cargo lab test` tries out.
const TESTED: usize = 6;

/// Starts the class and waits for its end, or tries it out.
pub(crate) fn open(paths: &Paths, options: &cli::Class) -> Result<()> {
    if options.trial.is_none() {
        password_is_long_enough(env::var(PASSWORD).ok().as_deref())?;
    }
    let tools = prepare::everything(paths)?;
    let programs = Programs::ensure(paths, &tools)?;
    if let Some(learners) = options.trial {
        return trial::run(paths, &programs, learners, options.memory, options.pause);
    }
    let folder = options.folder.as_ref().context("a class needs a folder")?;
    let folder = std::path::absolute(folder)
        .with_context(|| format!("`{}` is no path", folder.display()))?;
    let mut hub = programs.hub(paths, &folder, options.memory, [8000, 8081, 8001]);
    hub.env(NOTEBOOKS, tested::notebooks(paths)?.folder);
    hub.env("ASYNC_LAB_CLASS_ADDRESS", &options.address);
    eprintln!("The class is at {}; Ctrl-C ends it.", options.address);
    Err(hub.exec()).context("JupyterHub could not be started")
}

fn password_is_long_enough(password: Option<&str>) -> Result<()> {
    match password.map(|text| text.chars().count()) {
        None => bail!("learners need a password\nhint: set {PASSWORD} to what they shall type"),
        Some(length) if length < SHORTEST => {
            bail!(
                "the password has {length} characters\nhint: set {PASSWORD} to at least {SHORTEST}"
            )
        }
        Some(_) => Ok(()),
    }
}

/// Tries out a small class where there is npm, and says so where there is none.
pub(crate) fn test(paths: &Paths, tools: &Tools) -> Result<()> {
    if process::find("npm").is_none() {
        println!("skipped: the test of a class, since no npm is on the PATH to get its proxy from");
        return Ok(());
    }
    let programs = Programs::ensure(paths, tools)?;
    trial::run(paths, &programs, TESTED, cli::Class::MEMORY, 0.0)
}

/// What a class needs besides the lab.
struct Programs {
    python: PathBuf,
    proxy: PathBuf,
}

impl Programs {
    fn ensure(paths: &Paths, tools: &Tools) -> Result<Self> {
        let folder = paths.state().join("class");
        let pins = python::pins(&paths.root.join("environment.yml"))?;
        let mut packages = vec!["jupyterhub==6.1.*"];
        packages.extend(pins.iter().map(String::as_str));
        let python = python::with(&folder.join("venv"), tools, &packages)?;
        let proxy = folder.join("node_modules/.bin/configurable-http-proxy");
        if !proxy.exists() {
            let npm = process::find("npm")
                .context("JupyterHub's proxy comes from npm, which is not on the PATH\nhint: install Node.js, and try again")?;
            let step = Step::start(PROXY);
            process::text(
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
            .env("ASYNC_LAB_STATE", paths.state())
            .env("ASYNC_LAB_CLASS", folder)
            .env("ASYNC_LAB_CLASS_MEMORY", memory.to_string())
            .env(
                "ASYNC_LAB_CLASS_ADDRESS",
                format!("http://127.0.0.1:{}", ports[0]),
            )
            .env("ASYNC_LAB_CLASS_HUB_PORT", ports[1].to_string())
            .env("ASYNC_LAB_CLASS_PROXY_PORT", ports[2].to_string())
            .env_remove(kernel::AHEAD);
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
            format!(
                "{:#}",
                password_is_long_enough(password).expect_err("short")
            )
        };
        assert!(said(None).contains(PASSWORD));
        assert!(said(Some("seven77")).contains("at least 8"));
        assert!(password_is_long_enough(Some("eight888")).is_ok());
    }
}
