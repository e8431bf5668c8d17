//! The Python that has JupyterLab: an active environment that has it already, else a virtual environment of our own.
//!
//! `environment.yml` pins the packages for conda, for Binder and for us. A virtual environment is made with uv where
//! there is one, else with venv and pip.

use super::write_if_changed;
use crate::paths::Paths;
use crate::process;
use crate::progress::Step;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use yaml_rust2::YamlLoader;

/// The packages of `environment.yml` that PyPI has too, and that the lab itself calls.
const PACKAGES: [&str; 4] = ["jupyterlab", "nbclient", "nbconvert", "psutil"];

/// Finds or makes the environment and returns its Python.
pub(super) fn ensure(paths: &Paths) -> Result<PathBuf> {
    if let Some(python) = active() {
        return Ok(python);
    }
    let wanted = pins(&paths.root.join("environment.yml"))?;
    let folder = paths.venv();
    let python = folder.join("bin/python");
    if installed(&folder, &wanted) {
        return Ok(python);
    }
    let step = Step::start("Python packages");
    if let Some(uv) = process::find("uv") {
        step.message("by uv");
        if !python.exists() {
            process::text(
                process::command(&uv)
                    .args(["venv", "--quiet", "--python", ">=3.10"])
                    .arg(&folder),
            )
            .context(
                "a virtual environment could not be made\nhint: the lab needs Python 3.10 or later",
            )?;
        }
        process::text(
            process::command(&uv)
                .args(["pip", "install", "--quiet", "--python"])
                .arg(&python)
                .args(&wanted),
        )
    } else {
        step.message("by venv and pip");
        make_venv(&folder)?;
        process::text(
            process::command(&python)
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    "--prefer-binary",
                ])
                .args(&wanted),
        )
    }
    .context(
        "JupyterLab could not be installed\nhint: behind a proxy, set HTTPS_PROXY and try again",
    )?;
    // Written last: an interrupted installation is not taken for a whole one.
    write_if_changed(&stamp(&folder), &wanted.join("\n"))?;
    step.done(&wanted.join(", "));
    Ok(python)
}

/// The Python of an active environment that has JupyterLab, the way conda and Binder set one up.
pub(crate) fn active() -> Option<PathBuf> {
    let lab = process::find("jupyter-lab")?;
    let python = lab.with_file_name("python");
    let python = if process::is_executable(&python) {
        python
    } else {
        lab.with_file_name("python3")
    };
    let imports = format!("import {}", PACKAGES.join(", "));
    process::text(process::command(&python).args(["-c", &imports]))
        .ok()
        .map(|_| python)
}

/// Whether our own environment has exactly these packages.
pub(crate) fn installed(folder: &Path, wanted: &[String]) -> bool {
    folder.join("bin/python").exists()
        && fs::read_to_string(stamp(folder)).is_ok_and(|text| text == wanted.join("\n"))
}

fn stamp(folder: &Path) -> PathBuf {
    folder.join("async-lab-packages")
}

fn make_venv(folder: &Path) -> Result<()> {
    if folder.join("bin/pip").exists() {
        return Ok(());
    }
    let python = ["python3", "python"]
        .into_iter()
        .filter_map(process::find)
        .find(|python| {
            let recent = "import sys; sys.exit(sys.version_info < (3, 10))";
            process::output(process::command(python).args(["-c", recent]))
                .is_ok_and(|output| output.status.success())
        })
        .context(
            "Python 3.10 or later is not on the PATH\nhint: install it, or uv, and try again",
        )?;
    // A folder that an interrupted attempt left behind is no environment.
    let made = process::text(
        process::command(&python)
            .args(["-m", "venv", "--clear"])
            .arg(folder),
    );
    if let Err(error) = made {
        bail!("{error:#}\nhint: on Debian and Ubuntu, `apt install python3-venv`");
    }
    Ok(())
}

/// A Python with packages that only some commands need, in a virtual environment of its own. Each is named as pip and as
/// Python name it.
pub(crate) fn with(
    folder: &Path,
    tools: &super::Tools,
    packages: &[(&str, &str)],
) -> Result<PathBuf> {
    let python = folder.join("bin/python");
    let modules: Vec<_> = packages.iter().map(|(_, module)| *module).collect();
    let there = process::command(&python)
        .args(["-c", &format!("import {}", modules.join(", "))])
        .output();
    if there.is_ok_and(|output| output.status.success()) {
        return Ok(python);
    }
    let names: Vec<_> = packages.iter().map(|(name, _)| *name).collect();
    let step = Step::start(names.join(", "));
    process::text(
        process::command(&tools.python)
            .args(["-m", "venv", "--clear"])
            .arg(folder),
    )?;
    process::text(
        process::command(&python)
            .args(["-m", "pip", "install", "--quiet"])
            .args(names),
    )
    .context("they could not be installed\nhint: behind a proxy, set HTTPS_PROXY and try again")?;
    step.done("installed");
    Ok(python)
}

/// The requirements that `environment.yml` pins, as pip writes them: `jupyterlab==4.6.*`.
pub(crate) fn pins(file: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(file)
        .with_context(|| format!("`{}` could not be read", file.display()))?;
    let documents = YamlLoader::load_from_str(&text)
        .with_context(|| format!("`{}` is not YAML", file.display()))?;
    let lines = documents
        .first()
        .and_then(|document| document["dependencies"].as_vec().cloned())
        .unwrap_or_default();
    PACKAGES
        .into_iter()
        .map(|package| {
            lines
                .iter()
                .filter_map(|line| line.as_str()?.split_once('='))
                .find(|(name, _)| *name == package)
                .map(|(name, version)| format!("{name}=={}", version.trim_start_matches('=')))
                .with_context(|| format!("`{}` does not pin `{package}`", file.display()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_read_the_way_pip_writes_them() {
        let pins =
            pins(&Paths::of_this_checkout().root.join("environment.yml")).expect("it is read");
        assert_eq!(pins.len(), PACKAGES.len());
        assert!(pins[0].starts_with("jupyterlab==4."), "{pins:?}");
    }

    #[test]
    fn a_package_without_a_pin_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("environment.yml");
        fs::write(&file, "dependencies:\n  - jupyterlab=4.6.*\n").expect("it is written");
        let error = pins(&file).expect_err("nbclient is missing");
        assert!(error.to_string().contains("nbclient"), "{error}");
    }
}
