//! The folder of a class, in which learners have theirs, and the hub its own.

use anyhow::{Context, Result, bail};
use fs_err::{self as fs, os::unix::fs::OpenOptionsExt};
use rustix::io::{FdFlags, fcntl_setfd};
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// The folder of a class, which one hub at a time has.
pub(super) struct Folder {
    pub(super) class: PathBuf,
    pub(super) hub: PathBuf,
    lock: fs::File,
}

impl Folder {
    /// Makes it where it is not there.
    ///
    /// # Errors
    ///
    /// Where a hub has it already.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let make = |folder: &Path, mode| {
            let mut builder = DirBuilder::new();
            let made = builder.recursive(true).mode(mode).create(folder);
            made.with_context(|| format!("`{}` could not be made", folder.display()))
        };
        make(folder, 0o711)?;
        let class = fs::canonicalize(folder)?;
        let hub = class.join("hub");
        make(&hub, 0o700)?;
        let mut options = fs::OpenOptions::new();
        let lock = options
            .write(true)
            .create(true)
            .mode(0o600)
            .open(hub.join("lock"))?;
        if lock.file().try_lock().is_err() {
            bail!(
                "this class is running already\nhint: end it there first, by Ctrl-C or SIGTERM; or name another folder"
            );
        }
        Ok(Folder { class, hub, lock })
    }

    /// Lets the program that this one becomes hold the lock.
    pub(super) fn hand_on(&self) -> Result<()> {
        fcntl_setfd(self.lock.file(), FdFlags::empty())
            .context("the lock of the class could not be handed on")
    }
}
