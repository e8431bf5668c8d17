//! The kernel's binary, `evcxr_jupyter`: the pinned release and no other.
//!
//! Another release starts, answers, and then fails in most notebooks. So the one on the `PATH` does not matter: cargo
//! keeps a record of what it has installed, and by it the pinned one is found where cargo puts programs, or else in a folder
//! of this checkout. It is built into the former where no program of that name is anywhere, so that the next checkout finds
//! it, and into the latter otherwise, so that nobody's kernel is overwritten or hidden.

use crate::evcxr::context::BuildContext;
use crate::system::{environment, paths::Paths, process, step::Step};
use anyhow::{Context, Result};
use fs_err as fs;
use std::env;
use std::path::{Path, PathBuf};

/// The release that this lab is tested with.
pub(crate) const VERSION: &str = "0.22.0";

const NAME: &str = "evcxr_jupyter";

/// Finds the kernel, or builds it.
pub(crate) fn ensure(paths: &Paths, context: &BuildContext) -> Result<PathBuf> {
    if let Some(found) = find(paths) {
        return Ok(found);
    }
    let root = place(paths);
    install(paths, context, &root)?;
    find(paths).with_context(|| {
        format!(
            "`cargo install` succeeded, but there is no `{NAME}` {VERSION} in `{}`\nhint: `cargo lab doctor` shows what is installed",
            root.display()
        )
    })
}

/// The pinned release, where it is there and runs.
pub(crate) fn find(paths: &Paths) -> Option<PathBuf> {
    let roots = std::iter::once(own(paths)).chain(cargos());
    roots
        .filter(|root| records_pinned(root))
        .map(|root| program_in(&root))
        .find(|file| {
            // A binary that cannot run here, or another program of that name, is as good as none.
            process::checked_stdout(process::command(file).arg("--help"))
                .is_ok_and(|text| text.contains("--install"))
        })
}

/// Another release that the `PATH` leads to, which the lab leaves alone.
pub(crate) fn other(paths: &Paths) -> Option<PathBuf> {
    let found = process::which(NAME)?;
    (Some(&found) != find(paths).as_ref()).then_some(found)
}

/// Whether cargo's record of what it installed below `root` has the pinned release.
fn records_pinned(root: &Path) -> bool {
    let record = fs::read_to_string(root.join(".crates.toml")).unwrap_or_default();
    let record: toml::Table = record.parse().unwrap_or_default();
    let installed = record.get("v1").and_then(toml::Value::as_table);
    let start = format!("{NAME} {VERSION} ");
    installed.is_some_and(|installed| installed.keys().any(|package| package.starts_with(&start)))
}

fn program_in(root: &Path) -> PathBuf {
    root.join("bin").join(NAME)
}

/// The folder of this checkout for a kernel of its own.
fn own(paths: &Paths) -> PathBuf {
    paths.state().join("evcxr")
}

/// Where `cargo install` puts things.
fn cargos() -> impl Iterator<Item = PathBuf> {
    let chosen = env::var_os("CARGO_INSTALL_ROOT").map(PathBuf::from);
    chosen.into_iter().chain(environment::cargo_home())
}

/// Where to build it.
fn place(paths: &Paths) -> PathBuf {
    let free = |root: &PathBuf| !program_in(root).exists() && may_write(root);
    match cargos().next().filter(free) {
        Some(root) if process::which(NAME).is_none() => root,
        _ => own(paths),
    }
}

fn may_write(folder: &Path) -> bool {
    fs::create_dir_all(folder).is_ok() && tempfile::tempfile_in(folder).is_ok()
}

fn install(paths: &Paths, context: &BuildContext, root: &Path) -> Result<()> {
    let mut step = Step::start(format!(
        "Kernel ({NAME} {VERSION}), built once, five minutes or more on two cores"
    ));
    // Of our own, not cargo's temporary one: an interrupted build goes on where it stopped.
    let build = paths.state().join("evcxr-build");
    let mut command = process::command(&context.toolchain.cargo);
    context.environment.apply(&mut command);
    command
        .args(["install", NAME, "--version", VERSION, "--locked"])
        .args(["--target", context.toolchain.host()?, "--target-dir"])
        .arg(&build)
        .arg("--root")
        .arg(root)
        .env("RUSTC", &context.toolchain.rustc)
        // Its type inference ends a search by a panic that it catches.
        .env("CARGO_PROFILE_RELEASE_PANIC", "unwind");
    let ended = process::job(&command, |line| {
        if let Some(part) = line.trim_start().strip_prefix("Compiling ") {
            step.advance(part);
        }
    })?;
    let failed = format!("`{}` failed ({})", process::display(&command), ended.status);
    ended.must_succeed(&failed, &build)?;
    // It is installed; what is left takes a gigabyte and helps nobody.
    let _ = fs::remove_dir_all(&build);
    step.done(&format!("in {}", paths.shown(&program_in(root))));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::files;

    #[test]
    fn only_the_pinned_release_counts() {
        let scratch = tempfile::tempdir().expect("a folder");
        let root = scratch.path();
        assert!(!records_pinned(root));
        for (version, pinned) in [("0.20.0", false), (VERSION, true)] {
            let line = format!(
                "[v1]\n\"{NAME} {version} (registry+https://example.org)\" = [\"{NAME}\"]\n"
            );
            files::write_if_changed(&root.join(".crates.toml"), &line).expect("written");
            assert_eq!(records_pinned(root), pinned, "{version}");
        }
    }
}
