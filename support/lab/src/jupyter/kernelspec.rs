//! Our kernel as Jupyter knows it: a specification in a folder of kernels, beside that of the stock kernel and never in its
//! place.
//!
//! It is always registered inside the checkout, for `cargo lab`. Those who open notebooks otherwise have it registered where
//! their program looks: in the active environment, for Binder, or in the user's own folder of kernels, for VS Code and any
//! other Jupyter. There it can be taken back.

use crate::jupyter::interpreter;
use crate::system::{
    environment::BuildEnvironment,
    files,
    paths::{KERNEL, Paths},
    process, variables,
};
use anyhow::{Result, bail};
use fs_err as fs;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What hands kernels to the notebooks of `cargo lab`, as Jupyter knows it; its code is among the assets.
const PROVISIONER: &str = "async-lab-provisioner";

/// Rust's logo, by which a launcher knows the kernel; `assets/kernelspec/LICENSE.md` says whose it is.
const LOGOS: [(&str, &[u8]); 2] = [
    (
        "logo-32x32.png",
        include_bytes!("../../assets/kernelspec/logo-32x32.png"),
    ),
    (
        "logo-64x64.png",
        include_bytes!("../../assets/kernelspec/logo-64x64.png"),
    ),
];

/// Where to register the kernel for others than `cargo lab`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The environment of the Python that has JupyterLab, whose settings become the lab's.
    Environment,
    /// The user's own folder of kernels.
    User,
}

/// Registers the kernel for `cargo lab`.
pub(crate) fn for_this_checkout(
    paths: &Paths,
    python: &Path,
    environment: &BuildEnvironment,
) -> Result<()> {
    let folder = paths.jupyter().join("data/kernels").join(KERNEL);
    register(paths, &folder, python, environment, Some(PROVISIONER))?;
    quiet_jupyterlab(&paths.jupyter().join("config"))
}

/// Registers the kernel elsewhere, too.
pub(crate) fn elsewhere(
    paths: &Paths,
    python: &Path,
    environment: &BuildEnvironment,
    place: Place,
) -> Result<()> {
    let data = data_folder(python, place)?;
    let folder = data.join("kernels").join(KERNEL);
    if let Some(other) = registered_by(&folder)
        && other != paths.program()
    {
        eprintln!(
            "The kernel there was that of another checkout, `{}`. Its notebooks use this checkout's kernel from now on.",
            other.display()
        );
    }
    // Whoever starts that Jupyter has Jupyter's own provisioner only.
    register(paths, &folder, python, environment, None)?;
    if place == Place::Environment {
        let prefix = data.ancestors().nth(2).unwrap_or(&data);
        quiet_jupyterlab(&prefix.join("etc/jupyter"))?;
    }
    eprintln!("Kernel registered in {}", paths.shown(&folder));
    Ok(())
}

/// Takes a registration back; one that another checkout made stays.
pub(crate) fn undo(paths: &Paths, python: &Path, place: Place) -> Result<()> {
    let folder = data_folder(python, place)?.join("kernels").join(KERNEL);
    match registered_by(&folder) {
        None => eprintln!("There is no registration in {}", folder.display()),
        Some(other) if other != paths.program() => bail!(
            "the kernel in `{}` was registered by another checkout, `{}`\nhint: remove it there",
            folder.display(),
            other.display()
        ),
        Some(_) => {
            fs::remove_dir_all(&folder)?;
            eprintln!("Registration removed from {}", folder.display());
        }
    }
    Ok(())
}

/// The program that a registered kernel is started by.
fn registered_by(folder: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(folder.join("kernel.json")).ok()?;
    let specification: Value = serde_json::from_str(&text).ok()?;
    Some(specification["argv"][0].as_str()?.into())
}

/// Where Jupyter keeps its data at a place, as the Python that has it says.
fn data_folder(python: &Path, place: Place) -> Result<PathBuf> {
    let program = match place {
        Place::Environment => "import sys, os; print(os.path.join(sys.prefix, 'share', 'jupyter'))",
        Place::User => "from jupyter_core.paths import jupyter_data_dir; print(jupyter_data_dir())",
    };
    let folder = process::checked_stdout(interpreter::command(python).args(["-c", program]))?;
    Ok(folder.into())
}

/// Writes the kernel's specification.
fn register(
    paths: &Paths,
    folder: &Path,
    python: &Path,
    environment: &BuildEnvironment,
    provisioner: Option<&str>,
) -> Result<()> {
    let metadata = match provisioner {
        Some(name) => json!({ "kernel_provisioner": { "provisioner_name": name } }),
        None => json!({}),
    };
    let specification = json!({
        "argv": [paths.program(), "kernel", "{connection_file}"],
        "display_name": "Rust (async lab)",
        "language": "rust",
        "env": {
            // For the figures that set asyncio beside Tokio.
            variables::PYTHON: python,
            variables::BUILD_ENVIRONMENT: environment.handed_on()?,
        },
        // The kernel stops a cell when it is told so by message; a signal would end the kernel.
        "interrupt_mode": "message",
        "metadata": metadata,
    });
    for (name, logo) in LOGOS {
        files::write_if_changed(&folder.join(name), logo)?;
    }
    files::write_json(&folder.join("kernel.json"), &specification)
}

/// Settings of JupyterLab that a lab wants otherwise: no prompt about news in the corner, no look-ups of updates.
fn quiet_jupyterlab(config: &Path) -> Result<()> {
    let settings = json!({
        "@jupyterlab/apputils-extension:notification": {
            "fetchNews": "false",
            "checkForUpdates": false,
        },
    });
    let file = config.join("labconfig/default_setting_overrides.json");
    files::write_json(&file, &settings)
}
