//! Jupyter as the lab uses it: its Python packages, our kernel as it knows it, and the program that runs notebooks.

pub(crate) mod driver;
pub(crate) mod interpreter;
pub(crate) mod kernelspec;
pub(crate) mod packages;

use crate::system::{paths::Paths, process};
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A command of the Python that has JupyterLab, which keeps its files in the checkout.
pub(crate) fn command(paths: &Paths, python: &Path) -> Command {
    let ours = python.starts_with(paths.state());
    let mut command = if ours {
        interpreter::command(python)
    } else {
        process::command(python)
    };
    let home = paths.jupyter();
    command
        .env("JUPYTER_CONFIG_DIR", home.join("config"))
        .env("JUPYTER_DATA_DIR", home.join("data"))
        .env("JUPYTER_RUNTIME_DIR", home.join("runtime"))
        .env("IPYTHONDIR", home.join("ipython"))
        .env("JUPYTER_PATH", kernels_elsewhere());
    let modules = paths.jupyter_modules();
    let python_path = env::var_os("PYTHONPATH")
        .filter(|_| !ours)
        .unwrap_or_default();
    let folders = std::iter::once(modules).chain(env::split_paths(&python_path));
    if let Ok(folders) = env::join_paths(folders.filter(|folder| !folder.as_os_str().is_empty())) {
        command.env("PYTHONPATH", folders);
    }
    command
}

/// Where Jupyter finds kernels besides ours: what `JUPYTER_PATH` says, and the user's own folder, read and not written.
fn kernels_elsewhere() -> OsString {
    let mut folders: Vec<PathBuf> = env::var_os("JUPYTER_PATH")
        .map(|path| env::split_paths(&path).collect())
        .unwrap_or_default();
    let data = env::var_os("JUPYTER_DATA_DIR").map(PathBuf::from);
    let in_home = if cfg!(target_os = "macos") {
        "Library/Jupyter"
    } else {
        ".local/share/jupyter"
    };
    folders.extend(data.or_else(|| Some(env::home_dir()?.join(in_home))));
    env::join_paths(folders).unwrap_or_default()
}
