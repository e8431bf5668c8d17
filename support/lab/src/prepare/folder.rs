//! The prepared build folders: the dependencies of every notebook, built once.
//!
//! A stock kernel builds them in its first cell, which takes minutes. We build them beforehand, in a folder laid out as
//! the kernel lays out its own, and each kernel gets a copy (see [`crate::kernel`]).
//!
//! There is one for each compiler, kernel, lock file, state of `support` and settings, which are in its name, and nothing in
//! it changes any more. After an edit of `support` another one is made, going on from the last.

use super::{Tools, build, lock};
use crate::cargo_home;
use crate::compile;
use crate::inference;
use crate::kernel;
use crate::paths::Paths;
use crate::prepare::toolchain::Toolchain;
use crate::process;
use crate::tree::{self, Kept};
use anyhow::{Context, Result, bail};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Beside each prepared folder, under its name with this end: what it was like when it was done.
const STAMP: &str = "stamp";

/// How many prepared folders stay: those of now and of before the last edit.
const KEPT: usize = 2;

/// Builds the folder where it is missing or out of date, and lets a kernel prove it.
pub(super) fn ensure(paths: &Paths, tools: &Tools) -> Result<()> {
    build::write_kernel_config(paths)?;
    if is_ready(paths, tools) {
        return Ok(());
    }
    // Kernels that start meanwhile wait until it is there.
    let _turn = lock(&kernel::folder_lock(paths), "a kernel to start")?;
    let folder = named(paths, &tools.toolchain, &tools.evcxr)?;
    make(paths, &tools.toolchain, &folder, |new| {
        build::prove(paths, tools, new)?;
        unchanged(paths, &tools.toolchain, &tools.evcxr, &folder)
    })
}

/// Whether the folder is there, whole, and built in an environment such as this.
pub(crate) fn is_ready(paths: &Paths, tools: &Tools) -> bool {
    named(paths, &tools.toolchain, &tools.evcxr).is_ok_and(|folder| {
        stamp_now(&folder).is_ok_and(|now| recorded_stamp(&folder) == Some(now))
            && kernel::recorded_environment(&folder)
                .is_ok_and(|recorded| recorded == kernel::build_environment())
    })
}

/// The folder that a kernel gets a copy of. Where `support` was edited since the last set-up, or the folder is gone or
/// damaged, it is made now; the caller holds [`kernel::folder_lock`].
pub(crate) fn for_kernel(paths: &Paths, toolchain: &Toolchain, evcxr: &Path) -> Result<PathBuf> {
    let folder = named(paths, toolchain, evcxr)?;
    match (stamp_now(&folder), recorded_stamp(&folder)) {
        (Ok(now), Some(recorded)) if now == recorded => {
            // The time of the stamp is that of the last use, which decides what stays.
            let stamp = fs::File::options()
                .append(true)
                .open(folder.with_extension(STAMP));
            let _ = stamp.and_then(|stamp| stamp.set_modified(SystemTime::now()));
            return Ok(folder);
        }
        (Ok(_), Some(_)) => eprintln!("The built dependencies are damaged and are built anew …"),
        _ => eprintln!("Building what has changed since the last kernel …"),
    }
    build::write_kernel_config(paths)?;
    make(paths, toolchain, &folder, |_| unchanged(paths, toolchain, evcxr, &folder))
        .context("the kernel's dependencies could not be built\nhint: mend what is said below and start the kernel again; `cargo lab setup` shows more")?;
    Ok(folder)
}

/// Fails where something was edited while the folder was built: it might hold the one or the other.
fn unchanged(paths: &Paths, toolchain: &Toolchain, evcxr: &Path, folder: &Path) -> Result<()> {
    if named(paths, toolchain, evcxr)? != folder {
        bail!(
            "`support` was edited while it was built\nhint: start again, it builds what there is now"
        );
    }
    Ok(())
}

/// Makes a folder beside the others, which takes its name when it is whole.
fn make(
    paths: &Paths,
    toolchain: &Toolchain,
    folder: &Path,
    prove: impl FnOnce(&Path) -> Result<()>,
) -> Result<()> {
    let problem = || format!("`{}` could not be made", folder.display());
    let all = paths.prepared();
    if all.join("Cargo.toml").exists() {
        // Laid out by an earlier version of the lab, which had one folder only.
        remove(&all)?;
    }
    fs::create_dir_all(&all).with_context(problem)?;
    let new = folder.with_extension("new");
    remove(&new)?;
    match latest(&all, folder) {
        Some(before) => {
            tree::copy(&before, &new, Kept::Everything)?;
            tree::forget_our_builds(&new)?;
            compile::forget(&new)?;
        }
        None => fs::create_dir_all(&new).with_context(problem)?,
    }
    kernel::record_environment(&new)?;
    build::dependencies_in(paths, toolchain, &new)?;
    inference::write_outlines(paths, toolchain, &new)?;
    prove(&new)?;
    remove(folder)?;
    fs::rename(&new, folder).with_context(problem)?;
    let stamp = folder.with_extension(STAMP);
    fs::write(&stamp, stamp_now(folder)?)
        .with_context(|| format!("`{}` could not be written", stamp.display()))?;
    remove_all_but(&all, KEPT)
}

/// The name of the folder for what there is now: another after each change of what notebooks are built from.
pub(crate) fn name(paths: &Paths, tools: &Tools) -> Result<String> {
    key(paths, &tools.toolchain, &tools.evcxr)
}

/// The folder for what there is now.
fn named(paths: &Paths, toolchain: &Toolchain, evcxr: &Path) -> Result<PathBuf> {
    Ok(paths.prepared().join(key(paths, toolchain, evcxr)?))
}

fn stamp_now(folder: &Path) -> Result<String> {
    Ok(format!("{:016x}\n", tree::digest(folder)?))
}

fn recorded_stamp(folder: &Path) -> Option<String> {
    fs::read_to_string(folder.with_extension(STAMP)).ok()
}

/// The whole folders, the last used first, with the time of that.
fn whole(all: &Path) -> Vec<(SystemTime, PathBuf)> {
    let stamps = process::entries(all).unwrap_or_default();
    let mut whole: Vec<_> = stamps
        .into_iter()
        .filter(|entry| entry.extension().is_some_and(|end| end == STAMP))
        .filter_map(|stamp| {
            let used = stamp.metadata().and_then(|data| data.modified()).ok()?;
            Some((used, stamp.with_extension("")))
        })
        .filter(|(_, folder)| folder.is_dir())
        .collect();
    whole.sort_by(|one, other| other.cmp(one));
    whole
}

/// The latest folder that is still what it was when it was done, apart from the one that is to be made.
fn latest(all: &Path, folder: &Path) -> Option<PathBuf> {
    whole(all)
        .into_iter()
        .map(|(_, known)| known)
        .find(|known| {
            known != folder && stamp_now(known).is_ok_and(|now| recorded_stamp(known) == Some(now))
        })
}

/// Removes the folders that were used longest ago, and those that were never finished.
fn remove_all_but(all: &Path, kept: usize) -> Result<()> {
    for entry in process::entries(all)? {
        let finished = entry.extension().is_none() && entry.with_extension(STAMP).exists();
        if entry.is_dir() && !finished {
            remove(&entry)?;
        }
    }
    for (_, folder) in whole(all).into_iter().skip(kept) {
        // First the stamp, so that no half of a folder passes for a whole one.
        remove(&folder.with_extension(STAMP))?;
        remove(&folder)?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else if path.exists() {
        fs::remove_file(path)
    } else {
        Ok(())
    };
    removed.with_context(|| format!("`{}` could not be removed", path.display()))
}

/// Everything that the content of the folder depends on, in one number. It names a cache and guards nothing.
fn key(paths: &Paths, toolchain: &Toolchain, evcxr: &Path) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    toolchain.version.hash(&mut hasher);
    evcxr.hash(&mut hasher);
    let binary = evcxr
        .metadata()
        .with_context(|| format!("`{}` is gone", evcxr.display()))?;
    (binary.len(), binary.modified().ok()).hash(&mut hasher);
    paths.root.hash(&mut hasher);
    build::profile().hash(&mut hasher);
    compile::MADE_BY.hash(&mut hasher);
    inference::OUTLINE.hash(&mut hasher);
    inference::WITHIN.hash(&mut hasher);
    cargo_home::write(paths, toolchain)?.hash(&mut hasher);
    for file in [
        "Cargo.toml",
        "Cargo.lock",
        "support/Cargo.toml",
        "support/tokio",
        "support/src",
    ] {
        hash_tree(&paths.root.join(file), &mut hasher)?;
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn hash_tree(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    path.hash(hasher);
    if path.is_dir() {
        return process::entries(path)?
            .iter()
            .try_for_each(|entry| hash_tree(entry, hasher));
    }
    let problem = || format!("`{}` could not be read", path.display());
    fs::read(path).with_context(problem)?.hash(hasher);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_finished_does_not_stay() {
        let scratch = tempfile::tempdir().expect("a folder");
        for name in ["whole", "whole.new", "half"] {
            fs::create_dir(scratch.path().join(name)).expect("made");
        }
        fs::write(scratch.path().join("whole.stamp"), "").expect("written");
        remove_all_but(scratch.path(), KEPT).expect("removed");
        let mut left = process::entries(scratch.path()).expect("read");
        left.sort();
        assert_eq!(
            left,
            ["whole", "whole.stamp"].map(|name| scratch.path().join(name))
        );
    }
}
