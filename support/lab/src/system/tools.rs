//! The Rust toolchain: the compiler that cells are built with, and the sources that the kernel's type inference reads.

use crate::system::{environment, process, step::Step};
use anyhow::{Context, Result, bail};
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

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

    /// Its cargo, which runs its compiler whatever is on the `PATH`.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = process::command(&self.cargo);
        command.env("RUSTC", &self.rustc);
        command
    }

    /// The target that it builds for, such as `x86_64-unknown-linux-gnu`.
    pub(crate) fn host(&self) -> Result<&str> {
        self.version
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .with_context(|| format!("`{} -vV` names no host", self.rustc.display()))
    }

    /// What rustup calls it, where it is one of rustup's.
    fn name_of_rustup(&self) -> Option<&OsStr> {
        let is_of_rustup = self.sysroot.parent()?.ends_with("toolchains");
        self.sysroot.file_name().filter(|_| is_of_rustup)
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

/// A tool of the toolchain: what rustup would run, else what is on the `PATH`. Where that leads to neither, as in a
/// program that was not started from a terminal, what the rustup in cargo's own folder would run, else what lies beside the
/// cargo that has called us.
fn tool(name: &str) -> Result<PathBuf> {
    let on_path = process::which("rustup");
    on_path
        .and_then(|rustup| by_rustup(&rustup, name))
        .or_else(|| process::which(name))
        .or_else(|| by_rustup(&rustup()?, name))
        .or_else(|| beside(&PathBuf::from(env::var_os("CARGO")?), name))
        .with_context(|| {
            format!("`{name}` is not on the PATH\nhint: install Rust from https://rustup.rs, then open a new terminal")
        })
}

fn by_rustup(rustup: &Path, name: &str) -> Option<PathBuf> {
    let said = process::checked_stdout(process::command(rustup).args(["which", name]));
    said.ok().map(PathBuf::from)
}

fn beside(program: &Path, name: &str) -> Option<PathBuf> {
    Some(program.with_file_name(name)).filter(|file| process::is_executable(file))
}

/// Rustup, where there is one: the same whatever the `PATH`, as long as it lies where it installs itself.
pub(crate) fn rustup() -> Option<PathBuf> {
    let installed = environment::cargo_home().ok()?.join("bin/rustup");
    Some(installed)
        .filter(|file| process::is_executable(file))
        .or_else(|| process::which("rustup"))
}

/// Cargo as a terminal runs it. Where the `PATH` does not lead to it, its own folder is added, in which it finds its tools.
pub(crate) fn cargo() -> Result<Command> {
    if process::which("cargo").is_some() {
        return Ok(process::command("cargo"));
    }
    let cargo = tool("cargo")?;
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(cargo.parent().map(Path::to_owned));
    let path = env::join_paths(folders).context("the folders of the programs do not fit a PATH")?;
    let mut command = process::command(&cargo);
    command.env("PATH", path);
    Ok(command)
}

/// Finds the toolchain and adds the sources of the standard library where they are missing.
pub(crate) fn ensure() -> Result<Toolchain> {
    let toolchain = Toolchain::find()?;
    if toolchain.has_sources() {
        return Ok(toolchain);
    }
    // Where conda has a toolchain, rustup would add them to another.
    let (Some(rustup), Some(name)) = (rustup(), toolchain.name_of_rustup()) else {
        bail!(
            "the sources of the standard library are missing in `{}`, and the kernel infers types with them\n\
             hint: in a conda environment, `conda install -c conda-forge rust-src`; else install Rust by rustup",
            toolchain.sysroot.display()
        );
    };
    let step = Step::start("Sources of the standard library (rust-src)");
    let mut add = process::command(rustup);
    add.args(["component", "add", "rust-src", "--toolchain"])
        .arg(name);
    process::job(&add, |_| ())?.must_succeed("rust-src could not be added", &toolchain.sysroot)?;
    step.done("installed");
    Ok(toolchain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_toolchain_of_rustup_gets_its_sources_from_rustup() {
        let named = |sysroot: &str| {
            let toolchain = Toolchain {
                cargo: PathBuf::new(),
                rustc: PathBuf::new(),
                version: String::new(),
                sysroot: sysroot.into(),
            };
            toolchain.name_of_rustup().map(OsStr::to_owned)
        };
        let nightly = named("/home/me/.rustup/toolchains/nightly-x86_64");
        assert_eq!(nightly.as_deref(), Some(OsStr::new("nightly-x86_64")));
        assert_eq!(named("/opt/conda/envs/lab"), None);
    }
}
