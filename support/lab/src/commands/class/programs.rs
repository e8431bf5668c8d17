//! The programs that a class needs besides the lab: JupyterHub, its proxy, and the lab's own for teachers.

use super::settings::Settings;
use crate::jupyter::{interpreter, packages};
use crate::prepare::{Tools, folder as prepared};
use crate::system::{paths::Paths, process, step::Step, variables};
use anyhow::{Context, Result, bail};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The proxy that leads each learner to the server that is theirs.
const PROXY: &str = "configurable-http-proxy@5.3";

/// What a class needs besides the lab.
pub(super) struct Programs {
    pub(super) python: PathBuf,
    proxy: PathBuf,
}

impl Programs {
    pub(super) fn ensure(paths: &Paths, tools: &Tools) -> Result<Self> {
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

    /// The Python of a class that has been served before.
    pub(super) fn python(paths: &Paths) -> Result<PathBuf> {
        let python = paths.state().join("class/venv/bin/python");
        if !python.exists() {
            bail!(
                "no class has been served from this checkout yet\nhint: `cargo lab class DIR` serves one"
            );
        }
        Ok(python)
    }

    /// Why learners cannot be kept apart on this machine; nothing where they can.
    pub(super) fn problem(
        &self,
        paths: &Paths,
        tools: &Tools,
        folder: &Path,
    ) -> Result<Option<String>> {
        let prepared = prepared::for_class(paths, &tools.context)?;
        problem(paths, &self.python, &[folder, &prepared])
    }

    /// The names that a certificate is for.
    ///
    /// # Errors
    ///
    /// Where a class cannot use it, with its key.
    pub(super) fn names(
        &self,
        paths: &Paths,
        certificate: &Path,
        key: &Path,
    ) -> Result<Vec<String>> {
        let mut command = process::command(&self.python);
        command
            .arg(classroom(paths).join("certificate.py"))
            .args([certificate, key]);
        let output = process::output(&mut command)?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
        }
        serde_json::from_slice(&output.stdout)
            .context("the names of the certificate could not be read")
    }

    /// Runs the tests of what a class does before anybody comes.
    pub(super) fn test(&self, paths: &Paths) -> Result<()> {
        let step = Step::start("The classroom's own tests");
        let tests = paths.root.join("support/lab/tests/classroom.py");
        process::checked_stdout(process::command(&self.python).arg(tests))?;
        step.done("passed");
        Ok(())
    }

    /// JupyterHub's command.
    pub(super) fn hub(
        &self,
        paths: &Paths,
        tools: &Tools,
        folder: &Path,
        settings: &Settings,
    ) -> Result<Command> {
        let bin = self.proxy.parent().unwrap_or(Path::new(".")).to_owned();
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(bin).chain(env::split_paths(&path));
        let mut command = process::command(&self.python);
        command
            .args(["-m", "jupyterhub", "-f"])
            .arg(paths.root.join("support/deploy/jupyterhub_config.py"))
            .current_dir(folder)
            .env(variables::STATE, paths.state())
            .env(variables::CLASS, folder)
            .env(variables::CLASS_SETTINGS, serde_json::to_string(settings)?)
            .env_remove(variables::PRESTART);
        if !settings.trusting {
            command.env(
                variables::PREPARED,
                prepared::for_class(paths, &tools.context)?,
            );
        }
        let problem = "the folders of the programs do not fit a PATH";
        command.env("PATH", env::join_paths(folders).context(problem)?);
        Ok(command)
    }
}

/// Why learners cannot be kept apart; nothing where they can. The first of the folders is the class, the others are those that
/// learners have to read.
pub(super) fn problem(paths: &Paths, python: &Path, folders: &[&Path]) -> Result<Option<String>> {
    let mut command = interpreter::command(python);
    command.arg(program(paths)).arg("check").args(folders);
    let output = process::output(&mut command)?;
    let said = String::from_utf8_lossy(&output.stderr);
    Ok((!output.status.success()).then(|| said.trim().to_owned()))
}

/// The programs of a class.
fn classroom(paths: &Paths) -> PathBuf {
    paths.root.join("support/deploy/classroom")
}

/// What does the teacher's tasks.
pub(super) fn program(paths: &Paths) -> PathBuf {
    classroom(paths).join("work.py")
}
