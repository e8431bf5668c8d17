//! Files that hold somebody's work: never half written, and never replaced without a copy where a command says so.
//!
//! A file is written beside its place, flushed to the disk and moved over. A full disk or a killed command leaves the
//! file of before, at most with a hidden `.lab-….part` next to it.

use crate::system::process;
use anyhow::{Context, Result};
use serde::Serialize;
use std::borrow::Cow;
use std::fs::{self, File, Permissions, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Writes a file, in the place of one that may be there.
pub(crate) fn write(path: &Path, text: impl AsRef<[u8]>) -> Result<()> {
    // A link goes on leading where it leads.
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let written = || -> io::Result<()> {
        let beside = beside(&place, text.as_ref(), 0o666)?;
        if let Ok(there) = fs::metadata(&place) {
            beside.as_file().set_permissions(there.permissions())?;
        }
        beside.as_file().sync_all()?;
        beside.persist(&place)?;
        File::open(folder(&place))?.sync_all()
    };
    let shown = path.display();
    let problem = format!("`{shown}` could not be written, and is what it was");
    written().context(problem).map_err(with_hint)
}

/// Writes a file that must not be there yet; false where it is.
pub(crate) fn write_new(path: &Path, text: impl AsRef<[u8]>) -> Result<bool> {
    let written = || -> io::Result<bool> {
        let beside = beside(path, text.as_ref(), 0o666)?;
        beside.as_file().sync_all()?;
        match beside.persist_noclobber(path).map_err(io::Error::from) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
            persisted => persisted?,
        };
        File::open(folder(path))?.sync_all()?;
        Ok(true)
    };
    let shown = path.display();
    let problem = format!("`{shown}` could not be written, and is not there");
    written().context(problem).map_err(with_hint)
}

/// Writes a file unless it says the same already.
pub(crate) fn write_if_changed(file: &Path, text: impl AsRef<[u8]>) -> Result<()> {
    if fs::read(file).is_ok_and(|before| before == text.as_ref()) {
        return Ok(());
    }
    write(file, text)
}

/// The same with a value as JSON, laid out for people.
pub(crate) fn write_json(file: &Path, value: &impl Serialize) -> Result<()> {
    write_if_changed(file, serde_json::to_string_pretty(value)?)
}

/// The same for a program. One that runs goes on as it was.
pub(crate) fn write_program(file: &Path, text: &str) -> Result<()> {
    if holds_program(file, text) {
        return Ok(());
    }
    beside(file, text.as_bytes(), 0o777)
        .and_then(|beside| Ok(beside.persist(file)?))
        .map_err(with_hint)?;
    Ok(())
}

/// Whether a file is there, says this and may be run.
pub(crate) fn holds_program(file: &Path, text: &str) -> bool {
    fs::read(file).is_ok_and(|before| before == text.as_bytes()) && process::is_executable(file)
}

/// Copies a program to where it is to lie, unless it is there already, which size and time tell.
pub(crate) fn install_program(from: &Path, to: &Path) -> Result<()> {
    let installed = || -> io::Result<()> {
        let source = from.metadata()?;
        let modified = source.modified()?;
        let known = to.metadata();
        if known.is_ok_and(|data| {
            data.len() == source.len() && data.modified().is_ok_and(|time| time == modified)
        }) {
            return Ok(());
        }
        let beside = beside(to, &fs::read(from)?, 0o777)?;
        beside.as_file().set_modified(modified)?;
        beside.persist(to)?;
        Ok(())
    };
    let (shown, there) = (from.display(), to.display());
    let problem = format!("`{shown}` could not be copied to `{there}`");
    installed().context(problem).map_err(with_hint)
}

/// A link to what is there; another process may be making the same one.
pub(crate) fn link(target: &Path, link: &Path) -> Result<()> {
    if !target.exists() || fs::read_link(link).is_ok_and(|known| known == target) {
        return Ok(());
    }
    // Nothing to remove is what is hoped for.
    let _ = fs::remove_file(link);
    match std::os::unix::fs::symlink(target, link) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

/// Removes a file or a folder, if it is there.
pub(crate) fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() {
        fs_err::remove_dir_all(path)
    } else if path.exists() {
        fs_err::remove_file(path)
    } else {
        Ok(())
    };
    Ok(removed?)
}

/// Makes a folder with nothing in it, whatever was there.
pub(crate) fn empty_folder(path: &Path) -> Result<()> {
    remove(path)?;
    Ok(fs_err::create_dir_all(path)?)
}

/// The last part of a path, as text.
pub(crate) fn name(path: &Path) -> Cow<'_, str> {
    path.file_name().unwrap_or_default().to_string_lossy()
}

/// A number that is another where the value is: part of a name in a cache, and guards nothing.
pub(crate) fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// All files below a folder, in a stable order, of those files and folders that are to be seen.
pub(crate) fn below(folder: &Path, is_seen: &impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in process::entries(folder)? {
        if entry.is_dir() && is_seen(&entry) {
            found.extend(below(&entry, is_seen)?);
        } else if is_seen(&entry) {
            found.push(entry);
        }
    }
    Ok(found)
}

/// Names, sizes and times of change of all files in a folder but those whose names are left out, in one line.
///
/// It tells a folder that is whole from one in which files are missing, cut off or written anew.
pub(crate) fn digest(folder: &Path, left_out: impl Fn(&str) -> bool) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    add_to_digest(folder, &left_out, &mut hasher)?;
    Ok(format!("{:016x}\n", hasher.finish()))
}

fn add_to_digest(
    folder: &Path,
    left_out: &impl Fn(&str) -> bool,
    hasher: &mut DefaultHasher,
) -> Result<()> {
    for entry in process::entries(folder)? {
        let name = entry.file_name().unwrap_or_default();
        if left_out(&name.to_string_lossy()) {
            continue;
        }
        name.hash(hasher);
        let data = entry.metadata()?;
        if data.is_dir() {
            add_to_digest(&entry, left_out, hasher)?;
        } else {
            (data.len(), data.modified().ok()).hash(hasher);
        }
    }
    Ok(())
}

/// Waits for its turn at `file`; released when the result is dropped, or when the process ends in whatever way.
pub(crate) fn lock(file: &Path, holder: &str) -> Result<File> {
    let problem = || format!("`{}` could not be locked", file.display());
    let lock = File::create(file).with_context(problem)?;
    match lock.try_lock() {
        Ok(()) => return Ok(lock),
        Err(TryLockError::WouldBlock) => eprintln!("Waiting for {holder} to finish …"),
        Err(TryLockError::Error(error)) => return Err(error).with_context(problem),
    }
    lock.lock().with_context(problem)?;
    Ok(lock)
}

fn beside(path: &Path, text: &[u8], mode: u32) -> io::Result<NamedTempFile> {
    fs::create_dir_all(folder(path))?;
    let mut file = tempfile::Builder::new()
        .prefix(".lab-")
        .suffix(".part")
        // Less what the user's mask takes away, as for any file.
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(folder(path))?;
    file.write_all(text)?;
    Ok(file)
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Adds what to do where there is no room.
pub(crate) fn with_hint(error: impl Into<anyhow::Error>) -> anyhow::Error {
    let error = error.into();
    let full = error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::StorageFull);
    if full {
        anyhow::anyhow!(
            "{error:#}\nhint: the disk is full; make room there, then do the same again"
        )
    } else {
        error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_written_stays_what_it_was() {
        let scratch = tempfile::tempdir().expect("a folder");
        let file = scratch.path().join("a");
        write(&file, "one").expect("written");
        assert!(!write_new(&file, "two").expect("looked at"));
        write(&file, "two").expect("written");
        assert_eq!(fs::read_to_string(&file).expect("read"), "two");
        assert!(write(&file.join("below"), "x").is_err());
        let left = fs::read_dir(scratch.path()).expect("a folder").count();
        assert_eq!(left, 1, "nothing lies beside it");
    }

    #[test]
    fn a_program_is_copied_when_it_changed_and_what_runs_keeps_its_own() {
        let scratch = tempfile::tempdir().expect("a folder");
        let (from, to) = (scratch.path().join("from"), scratch.path().join("bin/to"));
        fs::write(&from, "one").expect("written");
        install_program(&from, &to).expect("copied");
        let running = fs::File::open(&to).expect("opened");
        fs::write(&from, "another").expect("written");
        install_program(&from, &to).expect("copied");
        assert_eq!(fs::read_to_string(&to).expect("read"), "another");
        assert_eq!(std::io::read_to_string(running).expect("read"), "one");
        assert!(crate::system::process::is_executable(&to));
    }

    #[test]
    fn a_full_disk_is_named() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let said = format!(
            "{:#}",
            with_hint(anyhow::Error::new(full).context("`a` could not be copied"))
        );
        assert!(
            said.contains("disk is full") && said.contains("`a`"),
            "{said}"
        );
    }
}
