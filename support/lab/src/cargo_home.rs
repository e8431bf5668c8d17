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

use crate::compile;
use crate::inference::sources;
use crate::paths::Paths;
use crate::prepare::{toolchain::Toolchain, write_if_changed};
use crate::process;
use anyhow::{Context, Result};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// Makes it ready, and returns where it is.
pub(crate) fn write(paths: &Paths, toolchain: &Toolchain) -> Result<PathBuf> {
    let home = folder(paths);
    let real = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(env::home_dir()?.join(".cargo")))
        .context("there is no home folder for cargo\nhint: set CARGO_HOME")?;
    if real == home {
        // A kernel started from a cell of another one.
        return Ok(home);
    }
    let (bin, none) = (home.join("bin"), home.join("no-library"));
    let library = sources::sysroot(paths, toolchain);
    for folder in [&bin, &rustup_folder(&home), &none.join(sources::IN_SYSROOT)] {
        fs::create_dir_all(folder)
            .with_context(|| format!("`{}` could not be made", folder.display()))?;
    }
    for name in ["registry", "git", "config.toml", "credentials.toml"] {
        link(&real.join(name), &home.join(name))?;
    }
    let lab = env::current_exe().context("the path of this command is unknown")?;
    let (lab, cargo, rustc) = (
        quoted(&lab),
        quoted(&toolchain.cargo),
        quoted(&toolchain.rustc),
    );
    // Of the standard library, and of a crate without its dependencies, there is nothing to leave out.
    write_program(
        &bin.join("cargo"),
        &format!(
            "case \"$*\" in\n*--target*--message-format=json) exec {lab} compile {cargo} \"$@\" ;;\n'--offline metadata'*|'metadata --format-version=1'|'metadata --format-version 1') exec {lab} resolve {cargo} {host} \"$@\" ;;\n*--no-deps*) ;;\nmetadata*{library}/*) exec cat {metadata} ;;\n*/rustlib/*) ;;\nmetadata*) exec {lab} metadata {cargo} \"$@\" ;;\nesac\nexec {cargo} \"$@\"",
            library = quoted(&library),
            metadata = quoted(&library.join(sources::METADATA)),
            host = toolchain.host()?,
        ),
    )?;
    write_program(
        &bin.join("rustc"),
        &format!(
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
        ),
    )?;
    let others = process::find("rustup").map_or("exit 127".to_owned(), |rustup| {
        format!("exec {} \"$@\"", quoted(&rustup))
    });
    write_program(
        &rustup_folder(&home).join("rustup"),
        &format!(
            "case \"$*\" in\n'which cargo') echo {ours} ;;\n'which rustc') echo {rustc} ;;\n*) {others} ;;\nesac",
            ours = quoted(&bin.join("cargo")),
        ),
    )?;
    Ok(home)
}

/// The folder of the program that tells the kernel which cargo to call: it asks rustup.
pub(crate) fn rustup_folder(home: &Path) -> PathBuf {
    home.join("asked-for-cargo")
}

/// The compiler that notes how cargo starts it.
pub(crate) fn rustc(paths: &Paths) -> PathBuf {
    folder(paths).join("bin/rustc")
}

fn folder(paths: &Paths) -> PathBuf {
    paths.state().join("cargo-home")
}

/// A path as a word of a shell's command line.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

fn write_program(file: &Path, lines: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    write_if_changed(file, &format!("#!/bin/sh\n{lines}\n"))?;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
        .with_context(|| format!("`{}` could not be made executable", file.display()))
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
