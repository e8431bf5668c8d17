//! The Python that has JupyterLab: an active environment that has what `environment.yml` pins, else a virtual environment
//! of our own.
//!
//! `environment.yml` pins the packages for conda, for Binder and for us. A virtual environment is made with uv where
//! there is one, else with venv and pip. Settings that would put its packages elsewhere, or have it find others, are
//! without effect on it.

use crate::jupyter::interpreter::{self, command, versions};
use crate::system::{files, hints, paths::Paths, process, step::Step};
use anyhow::{Context, Result, bail};
use fs_err as fs;
use serde_json::Value;
use std::path::{Path, PathBuf};
use yaml_rust2::YamlLoader;

/// The packages of `environment.yml` that PyPI has too, and that the lab itself calls.
const PACKAGES: [&str; 4] = ["jupyterlab", "nbclient", "nbconvert", "psutil"];

/// Finds or makes the environment and returns its Python.
pub(crate) fn ensure(paths: &Paths) -> Result<PathBuf> {
    let wanted = pins(&paths.root.join("environment.yml"))?;
    match active(&wanted) {
        Active::Fits(python) => return Ok(python),
        Active::Lacks(what) if !installed(&paths.venv(), &wanted) => {
            eprintln!("The active Python environment has {what}: the lab makes one of its own.");
        }
        Active::Lacks(_) | Active::None => {}
    }
    virtual_environment(&paths.venv(), None, "Python packages", &wanted)
}

/// An environment that was activated, the way conda and Binder set one up.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Active {
    /// It has what is pinned.
    Fits(PathBuf),
    /// It has JupyterLab, but this, in words, is not what is pinned.
    Lacks(String),
    None,
}

/// What the environment that is active has of the pinned packages.
pub(crate) fn active(wanted: &[String]) -> Active {
    let look = || {
        let lab = process::which("jupyter-lab")?;
        let names = ["python", "python3"].map(|name| lab.with_file_name(name));
        let mut names = names.into_iter();
        let python = names.find(|python| process::is_executable(python))?;
        let found = versions(process::command(&python), names_of(wanted))?;
        Some(lacks(&found, wanted).map_or(Active::Fits(python), Active::Lacks))
    };
    look().unwrap_or(Active::None)
}

/// In words, the first that is not as it is pinned.
fn lacks(found: &Value, wanted: &[String]) -> Option<String> {
    if found["recent"] != true {
        return Some(format!(
            "Python {}",
            found["python"].as_str().unwrap_or("of an unknown version")
        ));
    }
    wanted.iter().find_map(|pin| {
        let (name, version) = split(pin);
        match found["packages"][name].as_str() {
            Some(there) if matches(there, version) => None,
            Some(there) => Some(format!("{name} {there}, not {version}")),
            None => Some(format!("no {name}")),
        }
    })
}

/// The name and the version of `name==version`.
fn split(pin: &str) -> (&str, &str) {
    pin.split_once("==").unwrap_or((pin, "*"))
}

/// The names of packages that are pinned.
fn names_of(pins: &[String]) -> impl Iterator<Item = &str> {
    pins.iter().map(|pin| split(pin).0)
}

/// Whether a version is the one that a pin such as `4.6.*` names.
fn matches(version: &str, pin: &str) -> bool {
    match pin.strip_suffix('*') {
        Some(start) => format!("{version}.").starts_with(start),
        None => version == pin,
    }
}

/// Whether an environment of our own has exactly these packages, and lies where it was made.
pub(crate) fn installed(folder: &Path, wanted: &[String]) -> bool {
    folder.join("bin/python").exists()
        && fs::read_to_string(stamp(folder)).is_ok_and(|text| text == stamped(folder, wanted))
}

fn stamp(folder: &Path) -> PathBuf {
    folder.join("async-lab-packages")
}

/// Its programs name the folder, so that a copy is no environment.
fn stamped(folder: &Path, wanted: &[String]) -> String {
    format!("{}\n{}\n", folder.display(), wanted.join("\n"))
}

/// A Python with packages that only some commands need, in a virtual environment of its own: those that the file of this
/// name in `assets/requirements` pins, and more.
pub(crate) fn with(
    paths: &Paths,
    folder: &Path,
    base: &Path,
    name: &str,
    more: &[String],
) -> Result<PathBuf> {
    let file = paths.assets().join(format!("requirements/{name}.txt"));
    let text = fs::read_to_string(file)?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let mut wanted: Vec<_> = lines.map(str::to_owned).collect();
    wanted.extend_from_slice(more);
    let what = format!("Python packages for {name}");
    virtual_environment(folder, Some(base), &what, &wanted)
}

/// The Python of tests by other people's programs: what the file of this name pins for them, beside what learners have.
pub(crate) fn for_tests(paths: &Paths, name: &str) -> Result<PathBuf> {
    let _turn = files::lock(
        &paths.state().join("setup.lock"),
        "another set-up of this checkout",
    )?;
    let pins = pins(&paths.root.join("environment.yml"))?;
    let venv = paths.state().join("tests").join(name);
    with(paths, &venv, &ensure(paths)?, name, &pins)
}

/// Makes a virtual environment with these packages, unless it is there, and returns its Python.
fn virtual_environment(
    folder: &Path,
    base: Option<&Path>,
    what: &str,
    wanted: &[String],
) -> Result<PathBuf> {
    let python = folder.join("bin/python");
    if installed(folder, wanted) {
        return Ok(python);
    }
    let step = Step::start(what);
    let uv = process::which("uv").filter(|_| base.is_none());
    let (mut make, mut install) = match uv {
        Some(uv) => {
            step.message("by uv");
            let (mut make, mut install) = (command(&uv), command(&uv));
            make.args(["venv", "--quiet", "--clear", "--python", ">=3.10"]);
            install
                .args(["pip", "install", "--quiet", "--python"])
                .arg(&python);
            (make, install)
        }
        None => {
            step.message("by venv and pip");
            let base = base.map_or_else(interpreter::find, |python| Ok(python.to_owned()))?;
            let (mut make, mut install) = (command(&base), command(&python));
            // What an interrupted attempt left is no environment; what it downloaded, pip has kept.
            make.args(["-m", "venv", "--clear"]);
            install
                .args(["-m", "pip", "install", "--quiet"])
                .args(["--disable-pip-version-check", "--prefer-binary"]);
            (make, install)
        }
    };
    let made = process::job(make.arg(folder), |_| ())?;
    if !made.status.success() {
        let hint = hints::of(&made.said, folder);
        let hint = if hint.is_empty() {
            "\nhint: the lab needs Python 3.10 or later with its module `venv`; on Debian and Ubuntu, `apt install python3-venv`"
        } else {
            &hint
        };
        bail!(
            "a virtual environment could not be made in `{}`:\n{}{hint}",
            folder.display(),
            process::tail(made.said.as_bytes())
        );
    }
    let all = wanted.join(", ");
    process::job(install.args(wanted), |_| ())?
        .must_succeed(&format!("{all} could not be installed"), folder)?;
    let found = versions(command(&python), names_of(wanted)).unwrap_or_default();
    if wanted
        .iter()
        .any(|pin| found["packages"][split(pin).0].is_null())
    {
        bail!(
            "pip has put the packages elsewhere\nhint: `pip config list` shows settings such as `target` or `prefix`, with \
             which the lab cannot work; remove them"
        );
    }
    // Written last: an interrupted installation is not taken for a whole one.
    files::write_if_changed(&stamp(folder), stamped(folder, wanted))?;
    step.done(&all);
    Ok(python)
}

/// The requirements that `environment.yml` pins, as pip writes them: `jupyterlab==4.6.*`.
pub(crate) fn pins(file: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(file)?;
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
    use serde_json::json;

    #[test]
    fn pins_are_read_the_way_pip_writes_them() {
        let root = Paths::find().expect("a checkout").root;
        let pins = pins(&root.join("environment.yml")).expect("it is read");
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

    #[test]
    fn an_environment_with_other_versions_is_not_taken() {
        let wanted = ["jupyterlab==4.6.*".to_owned(), "psutil==7.*".to_owned()];
        let lacks = |recent: bool, lab: &str| {
            let packages = json!({ "jupyterlab": lab, "psutil": "7.1.0" });
            let found = json!({ "python": "3.9", "recent": recent, "packages": packages });
            lacks(&found, &wanted).unwrap_or_default()
        };
        assert_eq!(lacks(true, "4.6.2"), "");
        assert_eq!(lacks(false, "4.6.2"), "Python 3.9");
        assert_eq!(lacks(true, "3.6.8"), "jupyterlab 3.6.8, not 4.6.*");
        assert!(matches("4.6", "4.6.*") && !matches("4.60.1", "4.6.*"));
    }

    #[test]
    fn an_environment_that_was_moved_is_none() {
        let scratch = tempfile::tempdir().expect("a folder");
        let (here, there) = (scratch.path().join("here"), scratch.path().join("there"));
        fs::create_dir_all(here.join("bin")).expect("made");
        fs::write(here.join("bin/python"), "").expect("written");
        let wanted = ["psutil==7.*".to_owned()];
        fs::write(stamp(&here), stamped(&here, &wanted)).expect("written");
        assert!(installed(&here, &wanted));
        fs::rename(&here, &there).expect("moved");
        assert!(!installed(&there, &wanted));
    }
}
