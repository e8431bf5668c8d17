//! The cargo home of kernels: everything in it is a link to the real one, but for the programs that the kernel calls.
//!
//! They hand on everything but
//!
//! - `cargo metadata`, which rust-analyzer asks: the answer is shortened, and points to outlines of the sources (see
//!   [`crate::inference`]);
//! - `rustc --print sysroot`, which it asks too: the answer is a folder with an outline of the standard library, and one with
//!   nothing before the dependencies are declared, since the kernel then runs a trial cell, which needs no library to be read;
//! - `cargo metadata` as the kernel asks it, when a crate is added (see [`crate::crates`]);
//! - `cargo build` and `cargo check` of a cell (see [`crate::compile`]);
//! - `rustup which cargo`, by which the kernel finds the cargo that it calls.
//!
//! Each toolchain, and each folder of cargo's own, has a cargo home of its own: a kernel that runs on one is not disturbed
//! when another is prepared. Nothing is written before [`CargoHome::write`].

use crate::compile;
use crate::files;
use crate::inference::sources;
use crate::paths::Paths;
use crate::prepare::{environment, toolchain::Toolchain};
use crate::process;
use anyhow::{Context, Result};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// The cargo home of kernels on one toolchain.
#[derive(Debug, Clone)]
pub(crate) struct CargoHome {
    folder: PathBuf,
    /// Cargo's own.
    real: PathBuf,
    /// The folder of the compiler.
    compiler: Option<PathBuf>,
    /// Each program, with what it says.
    programs: [(PathBuf, String); 3],
}

impl CargoHome {
    /// The cargo home for a toolchain, which may not be written yet.
    pub(crate) fn of(paths: &Paths, toolchain: &Toolchain) -> Result<Self> {
        let real = environment::cargo_home()?;
        let homes = paths.state().join("cargo-homes");
        let mut hasher = DefaultHasher::new();
        (
            &toolchain.version,
            &toolchain.rustc,
            &toolchain.cargo,
            &real,
        )
            .hash(&mut hasher);
        // A kernel may be started from a cell of another one.
        let folder = if real.starts_with(&homes) {
            real.clone()
        } else {
            homes.join(format!("{:08x}", hasher.finish() as u32))
        };
        let programs = programs(paths, toolchain, &folder)?;
        Ok(CargoHome {
            folder,
            real,
            compiler: toolchain.rustc.parent().map(Path::to_owned),
            programs,
        })
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of the program that tells the kernel which cargo to call: it asks rustup.
    pub(crate) fn rustup_folder(&self) -> PathBuf {
        self.folder.join("asked-for-cargo")
    }

    /// The compiler that notes how cargo starts it.
    pub(crate) fn rustc(&self) -> PathBuf {
        self.folder.join("bin/rustc")
    }

    /// A sysroot without a library.
    pub(crate) fn no_library(&self) -> PathBuf {
        self.folder.join("no-library")
    }

    /// What its programs do: builds that other programs took part in may differ.
    pub(crate) fn hash(&self, hasher: &mut impl Hasher) {
        (&self.folder, &self.programs).hash(hasher);
    }

    /// Whether everything is as it should be.
    pub(crate) fn is_written(&self) -> bool {
        self.programs
            .iter()
            .all(|(file, text)| files::holds_program(file, text))
    }

    /// Makes it ready.
    pub(crate) fn write(&self) -> Result<()> {
        if self.real == self.folder {
            return Ok(());
        }
        let library = self.no_library().join(sources::IN_SYSROOT);
        fs::create_dir_all(&library)
            .with_context(|| format!("`{}` could not be made", library.display()))?;
        if let Some(compiler) = &self.compiler {
            link(compiler, &self.no_library().join("bin"))?;
        }
        for name in ["registry", "git", "config.toml", "credentials.toml"] {
            link(&self.real.join(name), &self.folder.join(name))?;
        }
        self.programs
            .iter()
            .try_for_each(|(file, text)| files::write_program(file, text))
    }
}

/// What the kernel calls.
fn programs(paths: &Paths, toolchain: &Toolchain, home: &Path) -> Result<[(PathBuf, String); 3]> {
    let bin = home.join("bin");
    let none = home.join("no-library");
    let library = sources::sysroot(paths, toolchain);
    let (lab, cargo, rustc) = (
        quoted(&paths.program()),
        quoted(&toolchain.cargo),
        quoted(&toolchain.rustc),
    );
    // Of the standard library, and of a crate without its dependencies, there is nothing to leave out. A wrapper that the
    // user's settings name would be asked for each cell, and has nothing to keep of one; what the kernel sets is its own.
    let for_cargo = format!(
        "export RUSTC_WRAPPER=\"${{RUSTC_WRAPPER-}}\" RUSTC_WORKSPACE_WRAPPER=\"${{RUSTC_WORKSPACE_WRAPPER-}}\"\n\
         case \"$*\" in\n*--target*--message-format=json) exec {lab} compile {cargo} \"$@\" ;;\n'--offline metadata'*|'metadata --format-version=1'|'metadata --format-version 1') exec {lab} resolve {cargo} {host} \"$@\" ;;\n*--no-deps*) ;;\nmetadata*{library}/*) exec cat {metadata} ;;\n*/rustlib/*) ;;\nmetadata*) exec {lab} metadata {cargo} \"$@\" ;;\nesac\nexec {cargo} \"$@\"",
        library = quoted(&library),
        metadata = quoted(&library.join(sources::METADATA)),
        host = toolchain.host()?,
    );
    let for_rustc = format!(
        "if [ \"$*\" = '--print sysroot' ]; then\n  \
         if ! grep -qs '^support = ' Cargo.toml; then echo {none}; exit; fi\n  \
         if [ -d {library} ]; then echo {library}; exit; fi\n\
         fi\n\
         if [ \"$1 $2\" = '--crate-name {cell}' ] && [ -n \"${note}\" ]; then exec {lab} note {rustc} \"$@\"; fi\n\
         exec {rustc} \"$@\"",
        cell = compile::CELL,
        note = compile::NOTE,
        none = quoted(&none),
        library = quoted(&library),
    );
    let others = process::find("rustup").map_or("exit 127".to_owned(), |rustup| {
        format!("exec {} \"$@\"", quoted(&rustup))
    });
    let for_rustup = format!(
        "case \"$*\" in\n'which cargo') echo {ours} ;;\n'which rustc') echo {rustc} ;;\n*) {others} ;;\nesac",
        ours = quoted(&bin.join("cargo")),
    );
    let script = |file: PathBuf, lines: String| (file, format!("#!/bin/sh\n{lines}\n"));
    Ok([
        script(bin.join("cargo"), for_cargo),
        script(bin.join("rustc"), for_rustc),
        script(home.join("asked-for-cargo/rustup"), for_rustup),
    ])
}

/// A path as a word of a shell's command line.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

/// A link to what is there; another process may be making the same one.
pub(crate) fn link(target: &Path, link: &Path) -> Result<()> {
    if !target.exists() || fs::read_link(link).is_ok_and(|known| known == target) {
        return Ok(());
    }
    // Nothing to remove is what is hoped for.
    let _ = fs::remove_file(link);
    match std::os::unix::fs::symlink(target, link) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(error).with_context(|| format!("`{}` could not be linked", link.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_a_quote_is_one_word() {
        assert_eq!(quoted(Path::new("/it's/here")), r"'/it'\''s/here'");
    }
}
