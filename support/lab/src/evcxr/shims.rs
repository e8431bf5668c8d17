//! The cargo home of kernels: everything in it is a link to the real one, but for the programs that the kernel calls.
//!
//! They hand on everything but
//!
//! - `cargo metadata`, which rust-analyzer asks: the answer is shortened, and points to outlines of the sources (see
//!   [`crate::evcxr::inference`]);
//! - `rustc --print sysroot`, which it asks too: the answer is a folder with an outline of the standard library, and one with
//!   nothing before the dependencies are declared, since the kernel then runs a trial cell, which needs no library to be read;
//! - `cargo metadata` as the kernel asks it, when a crate is added (see [`crate::evcxr::crates`]);
//! - `cargo build` and `cargo check` of a cell (see [`crate::evcxr::replay`]);
//! - `rustup which cargo`, by which the kernel finds the cargo that it calls.
//!
//! Each toolchain, and each folder of cargo's own, has a cargo home of its own: a kernel that runs on one is not disturbed
//! when another is prepared. Nothing is written before [`CargoHome::write`].

use crate::evcxr::inference::sources;
use crate::system::{
    environment, files,
    paths::Paths,
    tools::{self, Toolchain},
};
use anyhow::Result;
use fs_err as fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

const EMPTY_SYSROOT: &str = "empty-sysroot";

const RUSTUP: &str = "rustup-shim";

/// What of cargo's own folder is that of kernels, too; settings and credentials may have their old names.
const LINKED: [&str; 6] = [
    "registry",
    "git",
    "config",
    "config.toml",
    "credentials",
    "credentials.toml",
];

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

/// By what its programs do: builds that other programs took part in may differ.
impl Hash for CargoHome {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        (&self.folder, &self.programs).hash(hasher);
    }
}

impl CargoHome {
    /// The cargo home for a toolchain, which may not be written yet.
    pub(crate) fn of(paths: &Paths, toolchain: &Toolchain) -> Result<Self> {
        let real = environment::cargo_home()?;
        let homes = paths.state().join("cargo-homes");
        let Toolchain {
            version,
            rustc,
            cargo,
            ..
        } = toolchain;
        let number = files::hash((version, rustc, cargo, &real)) as u32;
        // A kernel may be started from a cell of another one.
        let folder = if real.starts_with(&homes) {
            real.clone()
        } else {
            homes.join(format!("{number:08x}"))
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
        self.folder.join(RUSTUP)
    }

    /// The compiler that notes how cargo starts it.
    pub(crate) fn rustc(&self) -> PathBuf {
        self.folder.join("bin/rustc")
    }

    /// A sysroot without a library.
    pub(crate) fn empty_sysroot(&self) -> PathBuf {
        self.folder.join(EMPTY_SYSROOT)
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
        let library = self.empty_sysroot().join(sources::IN_SYSROOT);
        fs::create_dir_all(&library)?;
        if let Some(compiler) = &self.compiler {
            files::link(compiler, &self.empty_sysroot().join("bin"))?;
        }
        for name in LINKED {
            files::link(&self.real.join(name), &self.folder.join(name))?;
        }
        self.programs
            .iter()
            .try_for_each(|(file, text)| files::write_program(file, text))
    }
}

/// What the kernel calls: each script begins with what it needs to know of this machine.
fn programs(paths: &Paths, toolchain: &Toolchain, home: &Path) -> Result<[(PathBuf, String); 3]> {
    let bin = home.join("bin");
    let rustup = tools::rustup().unwrap_or_default();
    let known = [
        ("lab", quoted(&paths.program())),
        ("cargo", quoted(&toolchain.cargo)),
        ("rustc", quoted(&toolchain.rustc)),
        ("rustup", quoted(&rustup)),
        ("host", quoted(Path::new(toolchain.host()?))),
        ("shims", quoted(&bin)),
        ("library", quoted(&sources::sysroot(paths, toolchain))),
        ("empty_sysroot", quoted(&home.join(EMPTY_SYSROOT))),
    ];
    let known: String = known
        .iter()
        .map(|(name, value)| format!("{name}={value}\n"))
        .collect();
    let script = |file: PathBuf, lines: &str| (file, format!("#!/bin/sh\n{known}{lines}"));
    Ok([
        script(
            bin.join("cargo"),
            include_str!("../../assets/shims/cargo.sh"),
        ),
        script(
            bin.join("rustc"),
            include_str!("../../assets/shims/rustc.sh"),
        ),
        script(
            home.join(RUSTUP).join("rustup"),
            include_str!("../../assets/shims/rustup.sh"),
        ),
    ])
}

/// A path as a word of a shell's command line.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_a_quote_is_one_word() {
        assert_eq!(quoted(Path::new("/it's/here")), r"'/it'\''s/here'");
    }

    #[test]
    fn settings_under_their_old_name_are_those_of_kernels_too() {
        let scratch = tempfile::tempdir().expect("a folder");
        let (real, folder) = (scratch.path().join("real"), scratch.path().join("kernels"));
        fs::create_dir_all(&real).expect("made");
        fs::write(real.join("config"), "[net]\nretry = 5\n").expect("written");
        let home = CargoHome {
            folder: folder.clone(),
            real,
            compiler: None,
            programs: ["cargo", "rustc", "rustup"].map(|name| (folder.join(name), String::new())),
        };
        home.write().expect("made");
        let linked = fs::read_to_string(folder.join("config")).expect("read");
        assert!(linked.contains("retry = 5"));
        assert!(!folder.join("config.toml").exists());
    }
}
