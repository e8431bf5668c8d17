//! Which Python an environment of our own is made from, and how it is called.
//!
//! The first one on the `PATH` may be older than what the lab needs, or lack the modules that make an environment, as
//! Debian's does without `python3-venv`. Another one often lies behind it, under the same name or as `python3.12`.

use crate::system::process;
use anyhow::{Result, bail};
use serde_json::Value;
use std::cmp::Reverse;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Tells which Python it is run by, and which versions of packages that has.
const VERSIONS: &str = include_str!("../../assets/versions.py");

/// What a Python says of itself and of the packages with these names.
pub(crate) fn versions<'a>(
    mut python: Command,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<Value> {
    let said = process::checked_stdout(python.args(["-c", VERSIONS]).args(names)).ok()?;
    serde_json::from_str(&said).ok()
}

/// A command that works on an environment of our own, whatever settings of Python and pip there are.
pub(crate) fn command(program: &Path) -> Command {
    let mut command = process::command(program);
    for name in [
        "PIP_PREFIX",
        "PIP_ROOT",
        "PIP_TARGET",
        "PYTHONHOME",
        "PYTHONPATH",
        "VIRTUAL_ENV",
    ] {
        command.env_remove(name);
    }
    command.env("PIP_USER", "0");
    command
}

/// A Python on the `PATH` that is recent enough and can make an environment.
pub(crate) fn find() -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = env::split_paths(&path).collect();
    among(&folders)
}

fn among(folders: &[PathBuf]) -> Result<PathBuf> {
    let mut without_venv = None;
    for python in candidates(folders) {
        let Some(found) = versions(command(&python), []) else {
            continue;
        };
        match (found["recent"] == true, found["venv"] == true) {
            (true, true) => return Ok(python),
            (true, false) => without_venv = without_venv.or(Some(python)),
            (false, _) => {}
        }
    }
    match without_venv {
        Some(python) => bail!(
            "`{}` lacks the modules `venv` and `ensurepip`, which make an environment\n\
             hint: on Debian and Ubuntu, `apt install python3-venv`; or install uv",
            python.display()
        ),
        None => {
            bail!("Python 3.10 or later is not on the PATH\nhint: install it, or uv, and try again")
        }
    }
}

/// Everything that is called Python in these folders: first what carries no version in its name, in the order of the folders,
/// then the others, the newest first.
fn candidates(folders: &[PathBuf]) -> Vec<PathBuf> {
    let plain = folders
        .iter()
        .flat_map(|folder| ["python3", "python"].map(|name| folder.join(name)));
    let entries = folders
        .iter()
        .flat_map(|folder| process::entries(folder).unwrap_or_default());
    let mut versioned: Vec<_> = entries
        .filter_map(|file| Some((minor(&file)?, file)))
        .collect();
    versioned.sort_by_key(|(minor, _)| Reverse(*minor));
    let versioned = versioned.into_iter().map(|(_, file)| file);
    let all = plain.chain(versioned);
    all.filter(|file| process::is_executable(file)).collect()
}

/// The 12 of `python3.12`.
fn minor(file: &Path) -> Option<u32> {
    let name = file.file_name()?.to_str()?;
    name.strip_prefix("python3.")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    /// A program that says of itself what a Python would.
    fn python(folder: &Path, name: &str, recent: bool, venv: bool) -> PathBuf {
        fs::create_dir_all(folder).expect("made");
        let file = folder.join(name);
        let said = format!("{{\"recent\": {recent}, \"venv\": {venv}}}");
        fs::write(&file, format!("#!/bin/sh\necho '{said}'\n")).expect("written");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("a program");
        file
    }

    #[test]
    fn an_old_python_and_one_without_venv_hide_no_other() {
        let scratch = tempfile::tempdir().expect("a folder");
        let folders = ["one", "two", "three"].map(|name| scratch.path().join(name));
        let [one, two, three] = &folders;
        let found = || among(&folders).map_err(|error| error.to_string());
        python(one, "python3", false, true);
        assert!(found().expect_err("too old").contains("3.10 or later"));
        let bare = python(two, "python3", true, false);
        let said = found().expect_err("it makes no environment");
        assert!(said.contains(&*bare.to_string_lossy()) && said.contains("python3-venv"));
        python(one, "python3.9", false, true);
        let tenth = python(two, "python3.10", true, true);
        assert_eq!(found(), Ok(tenth));
        let newest = python(one, "python3.13", true, true);
        assert_eq!(found(), Ok(newest));
        // What the system calls its Python comes before what carries a version.
        let last = python(three, "python3", true, true);
        assert_eq!(found(), Ok(last));
    }

    #[test]
    fn this_machines_python_tells_of_itself() {
        // Where there is none, there is nothing to ask.
        if let Some(python) = process::which("python3") {
            let found = versions(command(&python), ["no-such-package"]).expect("it answers");
            assert!(found["recent"].is_boolean() && found["venv"].is_boolean());
            assert!(found["packages"]["no-such-package"].is_null());
        }
    }
}
