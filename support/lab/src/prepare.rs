//! Makes ready what is missing: toolchain, kernel, Python packages, built dependencies.
//!
//! Each part looks first and works only where something is missing or out of date, so that a second call costs next to
//! nothing and a call after an interruption goes on where the first one stopped. One set-up runs at a time.

mod build;
pub(crate) mod environment;
pub(crate) mod fingerprints;
pub(crate) mod folder;
pub(crate) mod key;
pub(crate) mod plain_crate;
mod proof;
pub(crate) mod snapshot;

use crate::evcxr::{context::BuildContext, install};
use crate::jupyter::{kernelspec, packages};
use crate::system::{files, paths::Paths, process, tools};
use anyhow::Result;
use std::path::PathBuf;

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
    let _turn = files::lock(
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
    kernelspec::for_this_checkout(paths, &tools.python, &tools.context.environment)?;
    folder::ensure(paths, &tools.context, |folder| {
        proof::run(paths, &tools.python, &tools.evcxr, folder)
    })?;
    Ok(tools)
}

/// Puts this program where kernels are started from, which no build of another checkout touches.
pub(crate) fn install_program(paths: &Paths) -> Result<()> {
    if std::env::current_exe().is_ok_and(|exe| exe == paths.program()) {
        return Ok(());
    }
    // A build may have put another file in its place meanwhile.
    files::install_program(&process::this_program()?, &paths.program())
}
