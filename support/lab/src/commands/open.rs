//! Opens JupyterLab on the notebooks.

use crate::jupyter;
use crate::notebook::course::Course;
use crate::prepare;
use crate::system::{paths::Paths, variables};
use anyhow::{Context, Result};
use clap::Args;
use std::os::unix::process::CommandExt;

/// Options of `cargo lab open`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Given to JupyterLab as they are.
    #[arg(last = true)]
    pub(crate) jupyter: Vec<String>,
}

/// Prepares what is missing and turns this process into JupyterLab, on 127.0.0.1 and with a token.
pub(crate) fn run(paths: &Paths, options: &Options) -> Result<()> {
    // Before the learner writes into them, it is noted what the notebooks are.
    Course::of(paths)?;
    let arguments = &options.jupyter;
    let folder = paths.notebooks().display().to_string();
    let defaults = [
        ("--ServerApp.ip", "127.0.0.1"),
        ("--ServerApp.root_dir", &folder),
        ("--LabApp.default_url", "/lab/tree/start_here.ipynb"),
        // A kernel answers once it has read the dependencies; Jupyter's own patience ends earlier on a busy machine.
        ("--MappingKernelManager.kernel_info_timeout", "180"),
    ];
    let tools = prepare::everything(paths)?;
    let mut command = jupyter::command(paths, &tools.python);
    command
        .env(variables::PRESTART, "1")
        .args(["-m", "jupyterlab"])
        .args(unless_said(arguments, &defaults));
    if rustix::process::geteuid().is_root() {
        // In containers everybody is root, and Jupyter refuses root unless told.
        command.arg("--allow-root");
    }
    command.args(arguments);
    Err(command.exec()).context(
        "JupyterLab could not be started\nhint: `cargo lab doctor` shows what is installed",
    )
}

/// The options that the user has not set otherwise: JupyterLab refuses one that it is given twice.
fn unless_said(arguments: &[String], defaults: &[(&str, &str)]) -> Vec<String> {
    let said = |option: &str| {
        arguments
            .iter()
            .any(|argument| argument.split('=').next() == Some(option))
    };
    defaults
        .iter()
        .filter(|(option, _)| !said(option))
        .map(|(option, value)| format!("{option}={value}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_user_sets_is_not_set_twice() {
        let defaults = [("--a", "1"), ("--ab", "2")];
        let said = ["--a=3".to_owned(), "--port".to_owned(), "9".to_owned()];
        assert_eq!(unless_said(&said, &defaults), ["--ab=2"]);
        assert_eq!(unless_said(&[], &defaults), ["--a=1", "--ab=2"]);
    }
}
