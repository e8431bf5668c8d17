//! Makes ready what is missing: toolchain, kernel, Python packages, built dependencies.
//!
//! Each part looks first and works only where something is missing or out of date, so that a second call costs next to
//! nothing and a call after an interruption goes on where the first one stopped. One set-up runs at a time.

pub(crate) mod build;
pub(crate) mod folder;
pub(crate) mod key;
pub(crate) mod plain_crate;
mod proof;
pub(crate) mod snapshot;

use crate::evcxr::context::BuildContext;
use crate::evcxr::install;
use crate::jupyter::{kernelspec, packages};
use crate::system::paths::Paths;
use crate::system::process;
use crate::system::{files, tools};
use anyhow::{Context, Result};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Everything the other commands work with.
#[derive(Debug)]
pub(crate) struct Tools {
    pub(crate) context: BuildContext,
    /// The Python that has JupyterLab.
    pub(crate) python: PathBuf,
    /// The kernel's binary.
    pub(crate) evcxr: PathBuf,
}

/// Prepares what is missing and says where everything is.
pub(crate) fn everything(paths: &Paths) -> Result<Tools> {
    paths.claim()?;
    let _turn = lock(
        &paths.state().join("setup.lock"),
        "another set-up of this checkout",
    )?;
    install_program(paths)?;
    let context = BuildContext::of(paths, tools::ensure()?)?;
    let python = packages::ensure(paths)?;
    let evcxr = install::ensure(paths, &context)?;
    let tools = Tools {
        context,
        python,
        evcxr,
    };
    kernelspec::for_this_checkout(paths, &tools)?;
    folder::ensure(paths, &tools)?;
    Ok(tools)
}

/// Puts this program where kernels are started from, which no build of another checkout touches.
pub(crate) fn install_program(paths: &Paths) -> Result<()> {
    let exe = std::env::current_exe().context("the path of this command is unknown")?;
    if exe == paths.program() {
        return Ok(());
    }
    files::install_program(&exe, &paths.program())
}

/// A command of the Python that has JupyterLab, which keeps its files in the checkout.
pub(crate) fn jupyter(paths: &Paths, tools: &Tools) -> Command {
    let ours = tools.python.starts_with(paths.state());
    let mut command = if ours {
        packages::command(&tools.python)
    } else {
        process::command(&tools.python)
    };
    let home = paths.jupyter();
    command
        .env("JUPYTER_CONFIG_DIR", home.join("config"))
        .env("JUPYTER_DATA_DIR", home.join("data"))
        .env("JUPYTER_RUNTIME_DIR", home.join("runtime"))
        .env("IPYTHONDIR", home.join("ipython"))
        .env("JUPYTER_PATH", kernels_elsewhere());
    let modules = paths.jupyter_modules();
    let python_path = std::env::var_os("PYTHONPATH")
        .filter(|_| !ours)
        .unwrap_or_default();
    let folders = std::iter::once(modules).chain(std::env::split_paths(&python_path));
    if let Ok(folders) =
        std::env::join_paths(folders.filter(|folder| !folder.as_os_str().is_empty()))
    {
        command.env("PYTHONPATH", folders);
    }
    command
}

/// Where Jupyter finds kernels besides ours: what `JUPYTER_PATH` says, and the user's own folder, read and not written.
fn kernels_elsewhere() -> std::ffi::OsString {
    let mut folders: Vec<PathBuf> = std::env::var_os("JUPYTER_PATH")
        .map(|path| std::env::split_paths(&path).collect())
        .unwrap_or_default();
    let data = std::env::var_os("JUPYTER_DATA_DIR").map(PathBuf::from);
    let home = std::env::home_dir();
    folders.extend(data.or_else(|| {
        let home = home?;
        Some(if cfg!(target_os = "macos") {
            home.join("Library/Jupyter")
        } else {
            home.join(".local/share/jupyter")
        })
    }));
    std::env::join_paths(folders).unwrap_or_default()
}

/// Waits for its turn at `file`; released when the result is dropped, or when the process ends in whatever way.
pub(crate) fn lock(file: &Path, holder: &str) -> Result<File> {
    let problem = || format!("`{}` could not be locked", file.display());
    let lock = File::create(file).with_context(problem)?;
    match lock.try_lock() {
        Ok(()) => return Ok(lock),
        Err(TryLockError::WouldBlock) => eprintln!("Waiting for {holder} to finish …"),
        Err(TryLockError::Error(error)) => return Err(error).with_context(problem),
    }
    lock.lock().with_context(problem)?;
    Ok(lock)
}
