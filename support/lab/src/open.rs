//! Opens JupyterLab on the notebooks.

use crate::kernel;
use crate::paths::Paths;
use crate::prepare;
use anyhow::{Context, Result};
use std::convert::Infallible;
use std::os::unix::process::CommandExt;

/// Prepares what is missing and turns this process into JupyterLab, on 127.0.0.1 and with a token.
pub(crate) fn jupyterlab(paths: &Paths, arguments: &[String]) -> Result<Infallible> {
    let tools = prepare::everything(paths)?;
    let mut command = prepare::jupyter(paths, &tools);
    command
        .env(kernel::AHEAD, "1")
        .args(["-m", "jupyterlab", "--ServerApp.ip=127.0.0.1"])
        .arg(format!(
            "--ServerApp.root_dir={}",
            paths.notebooks().display()
        ))
        .arg("--LabApp.default_url=/lab/tree/start_here.ipynb")
        // A kernel answers once it has read the dependencies; Jupyter's own patience ends earlier on a busy machine.
        .arg("--MappingKernelManager.kernel_info_timeout=180");
    if rustix::process::geteuid().is_root() {
        // In containers everybody is root, and Jupyter refuses root unless told.
        command.arg("--allow-root");
    }
    // Last, so that they win.
    command.args(arguments);
    Err(command.exec()).context(
        "JupyterLab could not be started\nhint: `cargo lab doctor` shows what is installed",
    )
}
