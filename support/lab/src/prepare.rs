//! Makes ready what is missing: toolchain, kernel, Python packages, built dependencies.
//!
//! Each part looks first and works only where something is missing or out of date, so that a second call costs next to
//! nothing and a call after an interruption goes on where the first one stopped. One set-up runs at a time.

mod build;
pub(crate) mod evcxr;
pub(crate) mod folder;
pub(crate) mod python;
pub(crate) mod toolchain;

use crate::paths::{KERNEL, Paths};
use crate::process;
use anyhow::{Context, Result};
use serde_json::json;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Command;

use toolchain::Toolchain;

/// What hands kernels to the notebooks of `cargo lab`, as Jupyter knows it; its code is among the assets.
const PROVISIONER: &str = "async-lab-provisioner";

/// Everything the other commands work with.
#[derive(Debug)]
pub(crate) struct Tools {
    pub(crate) toolchain: Toolchain,
    /// The Python that has JupyterLab.
    pub(crate) python: PathBuf,
    /// The kernel's binary.
    pub(crate) evcxr: PathBuf,
}

/// Prepares what is missing and says where everything is.
pub(crate) fn everything(paths: &Paths) -> Result<Tools> {
    fs::create_dir_all(paths.state())
        .with_context(|| format!("`{}` could not be made", paths.state().display()))?;
    let _turn = lock(
        &paths.state().join("setup.lock"),
        "another set-up of this checkout",
    )?;
    let toolchain = toolchain::ensure()?;
    let python = python::ensure(paths)?;
    let evcxr = evcxr::ensure(paths)?;
    let tools = Tools {
        toolchain,
        python,
        evcxr,
    };
    let kernel = paths.jupyter().join("data/kernels").join(KERNEL);
    register(&kernel, &tools, Some(PROVISIONER))?;
    quiet_jupyterlab(&paths.jupyter().join("config"))?;
    folder::ensure(paths, &tools)?;
    Ok(tools)
}

/// Registers our kernel in the environment of the Python that has JupyterLab, whose settings become the lab's.
pub(crate) fn register_in_environment(paths: &Paths, tools: &Tools) -> Result<()> {
    let prefix = process::text(
        process::command(&tools.python).args(["-c", "import sys; print(sys.prefix)"]),
    )?;
    let prefix = Path::new(&prefix);
    let folder = prefix.join("share/jupyter/kernels").join(KERNEL);
    // Whoever starts that JupyterLab has Jupyter's own provisioner only.
    register(&folder, tools, None)?;
    quiet_jupyterlab(&prefix.join("etc/jupyter"))?;
    eprintln!("Kernel registered in {}", paths.shown(&folder));
    Ok(())
}

/// Writes the kernel's specification, beside that of the stock kernel and never in its place.
fn register(folder: &Path, tools: &Tools, provisioner: Option<&str>) -> Result<()> {
    let lab = std::env::current_exe().context("the path of this command is unknown")?;
    let metadata = provisioner.map_or_else(
        || json!({}),
        |name| json!({ "kernel_provisioner": { "provisioner_name": name } }),
    );
    let specification = json!({
        "argv": [lab, "kernel", "{connection_file}"],
        "display_name": "Rust (async lab)",
        "language": "rust",
        // For the figures that set asyncio beside Tokio.
        "env": { "ASYNC_LAB_PYTHON": tools.python },
        // The kernel stops a cell when it is told so by message; a signal would end the kernel.
        "interrupt_mode": "message",
        "metadata": metadata,
    });
    write_if_changed(
        &folder.join("kernel.json"),
        &serde_json::to_string_pretty(&specification)?,
    )
}

/// Settings of JupyterLab that a lab wants otherwise: no prompt about news in the corner, no look-ups of updates.
fn quiet_jupyterlab(config: &Path) -> Result<()> {
    let settings = json!({
        "@jupyterlab/apputils-extension:notification": {
            "fetchNews": "false",
            "checkForUpdates": false,
        },
    });
    write_if_changed(
        &config.join("labconfig/default_setting_overrides.json"),
        &serde_json::to_string_pretty(&settings)?,
    )
}

/// A command of the Python that has JupyterLab, which keeps its files in the checkout.
pub(crate) fn jupyter(paths: &Paths, tools: &Tools) -> Command {
    let mut command = process::command(&tools.python);
    let home = paths.jupyter();
    command
        .env("JUPYTER_CONFIG_DIR", home.join("config"))
        .env("JUPYTER_DATA_DIR", home.join("data"))
        .env("JUPYTER_RUNTIME_DIR", home.join("runtime"))
        .env("IPYTHONDIR", home.join("ipython"))
        .env("JUPYTER_PATH", kernels_elsewhere());
    let modules = paths.jupyter_modules();
    let python_path = std::env::var_os("PYTHONPATH").unwrap_or_default();
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

/// Writes a file unless it says the same already.
pub(crate) fn write_if_changed(file: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(file).is_ok_and(|before| before == text) {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("`{}` could not be made", folder.display()))?;
    }
    fs::write(file, text).with_context(|| format!("`{}` could not be written", file.display()))
}
