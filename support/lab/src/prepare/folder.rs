//! The prepared build folders: the dependencies of every notebook, built once.
//!
//! A stock kernel builds them in its first cell, which takes minutes. We build them beforehand, in a folder laid out as
//! the kernel lays out its own, and each kernel gets a copy (see [`crate::kernel`]).
//!
//! There is one for each compiler, kernel, lock file, state of `support`, environment and settings, which are in its name
//! (see [`super::key`]), and nothing in it changes any more. After an edit of `support` another one is made, going on from
//! the last; one that was interrupted is gone on with.

use crate::evcxr::{config, context::BuildContext, inference, replay};
use crate::prepare::{
    build, fingerprints, key,
    snapshot::{self, Kept, Shared},
};
use crate::system::{files, paths::Paths, process};
use anyhow::{Context, Result, bail};
use fs_err as fs;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Beside each prepared folder, under its name with this end: what it was like when it was done.
const STAMP: &str = "stamp";

/// A folder that is being made, under the name that it will have, with this end.
const UNFINISHED: &str = "new";

/// How many prepared folders stay of each way to build: those of now and of before the last edit.
const KEPT: usize = 2;

/// How many ways to build stay: a toolchain that is tried out does not cost what was built by another.
const MANNERS: usize = 3;

/// Waits for the turn to write prepared folders, which only one process at a time may do.
pub(crate) fn turn(paths: &Paths, holder: &str) -> Result<std::fs::File> {
    files::lock(&paths.state().join("prepared.lock"), holder)
}

/// Builds the folder where it is missing or out of date, and has a new one proven.
pub(crate) fn ensure(
    paths: &Paths,
    context: &BuildContext,
    prove: impl FnOnce(&Path) -> Result<()>,
) -> Result<()> {
    context.home.write()?;
    config::write(paths)?;
    if is_ready(paths, context) {
        return Ok(());
    }
    // Kernels that start meanwhile wait until it is there.
    let _turn = turn(paths, "a kernel to start")?;
    let folder = named(paths, context)?;
    if !is_whole(&folder) {
        return make(paths, context, &folder, |new| {
            prove(new)?;
            unchanged(paths, context, &folder)
        });
    }
    // The folder is what it was: the rest is outlines.
    inference::mend_outlines(paths, &context.toolchain, &folder)
}

/// Whether the folder is there and whole, with all that kernels read besides it. It writes nothing.
pub(crate) fn is_ready(paths: &Paths, context: &BuildContext) -> bool {
    context.home.is_written()
        && named(paths, context).is_ok_and(|folder| {
            is_whole(&folder) && inference::outlines_are_whole(paths, &context.toolchain, &folder)
        })
}

/// The folder that a kernel gets a copy of. Where `support` was edited since the last set-up, or the folder is gone or
/// damaged, it is made now; the caller holds the [`turn`].
pub(crate) fn for_kernel(paths: &Paths, context: &BuildContext) -> Result<PathBuf> {
    context.home.write()?;
    let folder = named(paths, context)?;
    if is_whole(&folder) {
        // The time of the stamp is that of the last use, which decides what stays.
        let stamp = fs::File::options()
            .append(true)
            .open(folder.with_extension(STAMP));
        let _ = stamp.and_then(|stamp| stamp.set_modified(SystemTime::now()));
        if !inference::outlines_are_whole(paths, &context.toolchain, &folder) {
            inference::mend_outlines(paths, &context.toolchain, &folder)?;
        }
        return Ok(folder);
    }
    if recorded_stamp(&folder).is_some() {
        eprintln!("The built dependencies are damaged and are built anew …");
    } else {
        eprintln!("Building what has changed since the last kernel …");
    }
    config::write(paths)?;
    make(paths, context, &folder, |_| unchanged(paths, context, &folder))
        .context("the kernel's dependencies could not be built\nhint: fix what is said below and start the kernel again; `cargo lab setup` shows more")?;
    Ok(folder)
}

/// The folder for what there is now, which is there: a class begins its kernels with it, and changes nothing meanwhile.
pub(crate) fn for_class(paths: &Paths, context: &BuildContext) -> Result<PathBuf> {
    let _turn = turn(paths, "a kernel to start")?;
    for_kernel(paths, context)
}

/// Fails where something was edited while the folder was built: it might hold the one or the other.
fn unchanged(paths: &Paths, context: &BuildContext, folder: &Path) -> Result<()> {
    if named(paths, context)? != folder {
        bail!(
            "`support` was edited while it was built\nhint: start again; the new version is built then"
        );
    }
    Ok(())
}

/// Makes a folder beside the others, which takes its name when it is whole.
fn make(
    paths: &Paths,
    context: &BuildContext,
    folder: &Path,
    prove: impl FnOnce(&Path) -> Result<()>,
) -> Result<()> {
    let all = paths.prepared();
    fs::create_dir_all(&all)?;
    let new = folder.with_extension(UNFINISHED);
    begin(&all, folder, &new)?;
    build::dependencies_in(paths, context, &new)?;
    inference::write_outlines(paths, &context.toolchain, context.cargo(), &new)?;
    prove(&new)?;
    files::remove(folder)?;
    fs::rename(&new, folder)?;
    let stamp = folder.with_extension(STAMP);
    fs::write(&stamp, snapshot::digest(folder)?)?;
    remove_what_is_old(&all)
}

/// Lays the ground for a new folder: what an interrupted set-up left, else a copy of the latest one that was built in the
/// same way. Cargo finds out what of it is still to be built.
fn begin(all: &Path, folder: &Path, new: &Path) -> Result<()> {
    if new.is_dir() {
        return Ok(());
    }
    if let Some(unfinished) = unfinished(all, folder) {
        tracing::debug!(?unfinished, "an interrupted set-up is gone on with");
        fs::rename(&unfinished, new)?;
        fingerprints::invalidate(new)?;
        return replay::forget(new);
    }
    let Some(before) = latest(all, folder) else {
        return Ok(fs::create_dir_all(new)?);
    };
    tracing::debug!(?before, "the new folder begins as a copy");
    // Under another name until it shares nothing that is written into.
    let copy = folder.with_extension("copy");
    files::remove(&copy)?;
    snapshot::copy(&before, &copy, Kept::Everything, Shared::Hard)?;
    fingerprints::invalidate(&copy)?;
    replay::forget(&copy)?;
    Ok(fs::rename(&copy, new)?)
}

/// The folder for what there is now.
fn named(paths: &Paths, context: &BuildContext) -> Result<PathBuf> {
    Ok(paths.prepared().join(key::name(paths, context)?))
}

/// Whether a folder is still what it was when it was done.
fn is_whole(folder: &Path) -> bool {
    snapshot::digest(folder).is_ok_and(|now| recorded_stamp(folder) == Some(now))
}

fn recorded_stamp(folder: &Path) -> Option<String> {
    fs::read_to_string(folder.with_extension(STAMP)).ok()
}

/// How a folder is built, by its name.
fn manner(folder: &Path) -> Option<&str> {
    folder.file_stem().and_then(OsStr::to_str).map(key::manner)
}

/// The finished folders, the last used first.
fn finished(all: &Path) -> Vec<PathBuf> {
    let stamps = process::entries(all).unwrap_or_default();
    let mut finished: Vec<_> = stamps
        .into_iter()
        .filter(|entry| is_stamp(entry))
        .filter_map(|stamp| {
            let used = stamp.metadata().and_then(|data| data.modified()).ok()?;
            Some((used, stamp.with_extension("")))
        })
        .filter(|(_, folder)| folder.is_dir())
        .collect();
    finished.sort_by(|one, other| other.cmp(one));
    finished.into_iter().map(|(_, folder)| folder).collect()
}

/// A folder that was built in the same way and not to its end.
fn unfinished(all: &Path, folder: &Path) -> Option<PathBuf> {
    process::entries(all).ok()?.into_iter().find(|known| {
        known.extension().is_some_and(|end| end == UNFINISHED) && manner(known) == manner(folder)
    })
}

/// The latest folder that was built in the same way and is still whole, apart from the one that is to be made.
fn latest(all: &Path, folder: &Path) -> Option<PathBuf> {
    finished(all)
        .into_iter()
        .find(|known| known != folder && manner(known) == manner(folder) && is_whole(known))
}

/// Removes the folders that were used longest ago, and those that were never finished.
fn remove_what_is_old(all: &Path) -> Result<()> {
    let finished = finished(all);
    let mut manners: Vec<&str> = Vec::new();
    let mut kept: Vec<&Path> = Vec::new();
    for folder in &finished {
        let Some(manner) = manner(folder) else {
            continue;
        };
        if !manners.contains(&manner) {
            manners.push(manner);
        }
        let of_it = kept
            .iter()
            .filter(|known| self::manner(known) == Some(manner));
        if manners.iter().position(|known| *known == manner) < Some(MANNERS) && of_it.count() < KEPT
        {
            kept.push(folder);
        }
    }
    let mut old = process::entries(all)?;
    old.retain(|entry| {
        let mut kept = kept.iter();
        !kept.any(|folder| entry == *folder || *entry == folder.with_extension(STAMP))
    });
    // First the stamps, so that no half of a folder passes for a whole one.
    old.sort_by_key(|entry| !is_stamp(entry));
    old.iter().try_for_each(|entry| files::remove(entry))
}

fn is_stamp(entry: &Path) -> bool {
    entry.extension().is_some_and(|end| end == STAMP)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(all: &Path, name: &str, age: u64) {
        fs::create_dir(all.join(name)).expect("made");
        let stamp = all.join(name).with_extension(STAMP);
        fs::write(&stamp, snapshot::digest(&all.join(name)).expect("read")).expect("written");
        let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000 - age);
        let file = fs::File::options()
            .append(true)
            .open(&stamp)
            .expect("opened");
        file.set_modified(time).expect("it is older");
    }

    fn names(all: &Path) -> Vec<String> {
        let entries = process::entries(all).expect("read");
        let folders = entries.iter().filter(|entry| !is_stamp(entry));
        folders
            .map(|entry| files::name(entry).into_owned())
            .collect()
    }

    #[test]
    fn what_was_never_finished_and_what_is_old_does_not_stay() {
        let scratch = tempfile::tempdir().expect("a folder");
        let all = scratch.path();
        for name in ["a-1.new", "half", "Cargo.toml"] {
            fs::create_dir(all.join(name)).expect("made");
        }
        for (age, name) in ["a-5", "a-4", "b-1", "a-3", "c-1", "d-1"]
            .into_iter()
            .enumerate()
        {
            folder(all, name, age as u64);
        }
        remove_what_is_old(all).expect("removed");
        assert_eq!(names(all), ["a-4", "a-5", "b-1", "c-1"]);
    }

    #[test]
    fn what_was_interrupted_is_gone_on_with_if_it_was_built_in_the_same_way() {
        let scratch = tempfile::tempdir().expect("a folder");
        let all = scratch.path();
        for (name, content) in [("a-1.new", "ours"), ("b-1.new", "another toolchain's")] {
            fs::create_dir(all.join(name)).expect("made");
            fs::write(all.join(name).join("built"), content).expect("written");
        }
        let (named, new) = (all.join("a-2"), all.join("a-2.new"));
        begin(all, &named, &new).expect("begun");
        assert_eq!(fs::read_to_string(new.join("built")).expect("kept"), "ours");
        assert_eq!(names(all), ["a-2.new", "b-1.new"]);
        // And once more, as after a second interruption.
        begin(all, &named, &new).expect("begun");
        assert!(new.join("built").is_file());
    }

    #[test]
    fn a_folder_is_made_from_one_that_was_built_in_the_same_way() {
        let scratch = tempfile::tempdir().expect("a folder");
        let all = scratch.path();
        folder(all, "b-1", 0);
        folder(all, "a-1", 1);
        assert_eq!(latest(all, &all.join("a-2")), Some(all.join("a-1")));
        fs::write(all.join("a-1/changed"), "").expect("written");
        assert_eq!(latest(all, &all.join("a-2")), None);
    }
}
