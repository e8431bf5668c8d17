//! The kernel's binary, `evcxr_jupyter`: one that is there, else the pinned release built from source.

use crate::paths::Paths;
use crate::process;
use crate::progress::Step;
use anyhow::{Context, Result, bail};
use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;

/// The release that this lab is tested with.
pub(crate) const VERSION: &str = "0.22.0";

/// Finds the kernel, or builds it.
pub(super) fn ensure(paths: &Paths) -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    install(paths)?;
    find().context(
        "`cargo install` succeeded, but `evcxr_jupyter` is neither on the PATH nor in cargo's folder\n\
         hint: add cargo's `bin` folder to the PATH",
    )
}

/// The kernel on the `PATH`, such as conda-forge's, or in cargo's own folder.
pub(crate) fn find() -> Option<PathBuf> {
    let installed = cargo_bin().map(|folder| folder.join("evcxr_jupyter"));
    process::find("evcxr_jupyter").or(installed).filter(|file| {
        // A binary that cannot run here, or another program of that name, is as good as none.
        process::text(process::command(file).arg("--help"))
            .is_ok_and(|text| text.contains("--install"))
    })
}

/// Where `cargo install` puts binaries.
fn cargo_bin() -> Option<PathBuf> {
    let root = env::var_os("CARGO_INSTALL_ROOT")
        .or_else(|| env::var_os("CARGO_HOME"))
        .map(PathBuf::from);
    Some(
        root.or_else(|| Some(env::home_dir()?.join(".cargo")))?
            .join("bin"),
    )
}

fn install(paths: &Paths) -> Result<()> {
    let mut step = Step::start(format!(
        "Kernel (evcxr_jupyter {VERSION}), built once, five minutes or more on two cores"
    ));
    // Of our own, not cargo's temporary one: an interrupted build goes on where it stopped.
    let build = paths.state().join("evcxr-build");
    let mut command = process::command("cargo");
    command
        .args([
            "install",
            "evcxr_jupyter",
            "--version",
            VERSION,
            "--locked",
            "--target-dir",
        ])
        .arg(&build)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut cargo = command
        .spawn()
        .with_context(|| format!("`{}` could not be started", process::line(&command)))?;
    let mut said = Vec::new();
    let stderr = cargo
        .stderr
        .take()
        .context("cargo's messages are piped to us")?;
    for line in BufReader::new(stderr).lines().map_while(Result::ok) {
        if let Some(part) = line.trim_start().strip_prefix("Compiling ") {
            step.advance(part);
        }
        said.extend_from_slice(line.as_bytes());
        said.push(b'\n');
    }
    let status = cargo.wait().context("cargo's end could not be awaited")?;
    if !status.success() {
        bail!(
            "`{}` failed ({status}):\n{}\nhint: a C compiler is needed; behind a proxy, set HTTPS_PROXY; what is built \
             so far is kept",
            process::line(&command),
            process::tail(&said)
        );
    }
    // It is installed; what is left takes a gigabyte and helps nobody.
    let _ = fs::remove_dir_all(&build);
    step.done("installed where cargo installs");
    Ok(())
}
