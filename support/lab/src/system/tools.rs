//! The Rust toolchain: the compiler that cells are built with, and the sources that the kernel's type inference reads.

use crate::system::{process, step::Step};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;

/// The toolchain that the kernel will use.
#[derive(Debug, Clone)]
pub(crate) struct Toolchain {
    pub(crate) cargo: PathBuf,
    pub(crate) rustc: PathBuf,
    /// What `rustc -vV` prints; a build folder made by another compiler is of no use.
    pub(crate) version: String,
    sysroot: PathBuf,
}

impl Toolchain {
    /// Looks up the toolchain as the kernel does: what rustup would run, else what is on the `PATH`.
    ///
    /// The tools themselves, rather than rustup's proxies: each call through a proxy costs tens of milliseconds.
    pub(crate) fn find() -> Result<Self> {
        let rustc = tool("rustc")?;
        let version = process::checked_stdout(process::command(&rustc).arg("-vV"))?;
        let sysroot =
            process::checked_stdout(process::command(&rustc).args(["--print", "sysroot"]))?.into();
        Ok(Toolchain {
            cargo: tool("cargo")?,
            rustc,
            version,
            sysroot,
        })
    }

    /// The target that it builds for, such as `x86_64-unknown-linux-gnu`.
    pub(crate) fn host(&self) -> Result<&str> {
        self.version
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .with_context(|| format!("`{} -vV` names no host", self.rustc.display()))
    }

    /// Whether the sources of the standard library are there.
    pub(crate) fn has_sources(&self) -> bool {
        self.library().join("core").is_dir()
    }

    /// Where the sources of the standard library are, if they are installed.
    pub(crate) fn library(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib/src/rust/library")
    }
}

fn tool(name: &str) -> Result<PathBuf> {
    if let Ok(path) = process::checked_stdout(process::command("rustup").args(["which", name])) {
        return Ok(path.into());
    }
    process::which(name).with_context(|| {
        format!("`{name}` is not on the PATH\nhint: install Rust from https://rustup.rs, then open a new terminal")
    })
}

/// Finds the toolchain and adds the sources of the standard library where they are missing.
pub(crate) fn ensure() -> Result<Toolchain> {
    let toolchain = Toolchain::find()?;
    if toolchain.has_sources() {
        return Ok(toolchain);
    }
    if process::which("rustup").is_none() {
        bail!(
            "the sources of the standard library are missing in `{}`, and the kernel infers types with them\n\
             hint: in a conda environment, `conda install -c conda-forge rust-src`; else install Rust by rustup",
            toolchain.sysroot.display()
        );
    }
    let step = Step::start("Sources of the standard library (rust-src)");
    let mut add = process::command("rustup");
    add.args(["component", "add", "rust-src"]);
    process::job(&add, |_| ())?.must_succeed("rust-src could not be added", &toolchain.sysroot)?;
    step.done("installed");
    Ok(toolchain)
}
