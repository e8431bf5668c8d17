//! The tests that need a browser: the exported site, as its readers see it, and JupyterLab, as learners use it.

use crate::jupyter::packages;
use crate::prepare::Tools;
use crate::system::{paths::Paths, process};
use anyhow::{Result, bail};
use std::path::Path;

/// The browsers that will do, by the names of their programs.
const BROWSERS: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// Runs them where there is a Chromium, and says so where there is none: the tests of the exported `site`, if there is one,
/// and of the JupyterLab that the command `lab` starts, on the notebooks in a folder. Screenshots stay in `target/lab/screenshots`.
pub(crate) fn tests(
    paths: &Paths,
    tools: &Tools,
    lab: &Path,
    site: Option<&Path>,
    notebooks: &Path,
) -> Result<()> {
    let Some(chromium) = BROWSERS.into_iter().find_map(process::which) else {
        println!("skipped: the tests in a browser, since no Chromium is on the PATH");
        return Ok(());
    };
    let venv = paths.state().join("browser/venv");
    let python = packages::with(paths, &venv, &tools.python, "browser", &[])?;
    let screenshots = paths.state().join("screenshots");
    let folder = paths.root.join("support/lab/tests/browser");
    let run = |script: &str, arguments: &[(&str, &Path)]| -> Result<()> {
        let mut command = process::command(&python);
        command
            .arg(folder.join(script))
            .arg("--chromium")
            .arg(&chromium)
            .arg("--screenshots")
            .arg(&screenshots);
        for (name, value) in arguments {
            command.arg(name).arg(value);
        }
        if !process::status(&mut command)?.success() {
            bail!(
                "`{script}` failed, as said above\nhint: screenshots are in `{}`",
                paths.shown(&screenshots)
            );
        }
        Ok(())
    };
    if let Some(site) = site {
        run("site.py", &[("--site", site)])?;
    }
    let runtime = paths.jupyter().join("runtime");
    run(
        "jupyterlab.py",
        &[
            ("--lab", lab),
            ("--runtime", &runtime),
            ("--notebooks", notebooks),
        ],
    )
}
