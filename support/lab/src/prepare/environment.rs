//! The environment in which evcxr runs, and its cells after it.
//!
//! The variables that change what compilers build are those of the set-up (see
//! [`crate::system::environment`]). What evcxr calls are the shims of [`crate::evcxr::shims`]; cells get back what it was.

use crate::evcxr::{config::LOCK, context::BuildContext};
use crate::system::{paths::Paths, process, variables};
use anyhow::{Context, Result};
use std::env;
use std::path::Path;
use std::process::Command;

/// Gives it to the command that starts evcxr in `folder`.
pub(crate) fn of_kernel(
    command: &mut Command,
    paths: &Paths,
    context: &BuildContext,
    folder: &Path,
) -> Result<()> {
    let home = &context.home;
    context.environment.apply(command);
    command
        .env(variables::EVCXR_FOLDER, folder)
        .env(variables::EVCXR_CONFIG, paths.kernel_config())
        .env("RUSTC", home.rustc())
        .env("CARGO_HOME", home.folder())
        .env(variables::LOCK, folder.join(LOCK))
        .env(variables::SCRATCH, folder.join("scratch"))
        .env("RUST_BACKTRACE", "0")
        .env_remove(variables::PREPARING)
        .env_remove(variables::PREPARED)
        .env_remove(variables::PRESTART)
        .env_remove(variables::ENDS_WITH_PARENT);
    if env::var_os(variables::PROGRESS).is_none() {
        command.env(variables::PROGRESS, paths.root.join(".progress.json"));
    }
    // The modules for our JupyterLab are not for a Python that a cell starts.
    let modules = paths.jupyter_modules();
    process::keep_paths(command, "PYTHONPATH", |folder| folder != modules);
    if let Some(home) = env::var_os("CARGO_HOME") {
        command.env(variables::CELLS_CARGO_HOME, home);
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = env::split_paths(&path).collect();
    // A Jupyter that was not started from a terminal may not know where cargo is.
    if process::which("cargo").is_none()
        && let Some(bin) = context.toolchain.cargo.parent()
    {
        folders.push(bin.to_owned());
    }
    let problem = "the folders of the programs do not fit a PATH";
    command.env(
        variables::CELLS_PATH,
        env::join_paths(&folders).context(problem)?,
    );
    folders.insert(0, home.rustup_folder());
    command.env("PATH", env::join_paths(&folders).context(problem)?);
    Ok(())
}
