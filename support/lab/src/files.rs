//! Files that hold somebody's work: never half written, and never replaced without a copy where a command says so.
//!
//! A file is written beside its place, flushed to the disk and moved over. A full disk or a killed command leaves the
//! file of before, at most with a hidden `.lab-….part` next to it.

use crate::paths::Paths;
use crate::process;
use anyhow::{Context, Result};
use std::fs::{self, File, Permissions};
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
    written()
        .with_context(|| {
            format!(
                "`{}` could not be written, and is what it was",
                path.display()
            )
        })
        .map_err(with_hint)
}

/// Writes a file that must not be there yet; false where it is.
pub(crate) fn write_new(path: &Path, text: impl AsRef<[u8]>) -> Result<bool> {
    let written = || -> io::Result<bool> {
        let beside = beside(path, text.as_ref(), 0o666)?;
        beside.as_file().sync_all()?;
        match beside.persist_noclobber(path) {
            Ok(_) => {}
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
            Err(error) => return Err(error.error),
        }
        File::open(folder(path))?.sync_all()?;
        Ok(true)
    };
    written()
        .with_context(|| {
            format!(
                "`{}` could not be written, and is not there",
                path.display()
            )
        })
        .map_err(with_hint)
}

/// Keeps a copy of a notebook and returns where. Copies are numbered and never overwrite each other; one that is there
/// already, to the byte, is not made again. They lie where JupyterLab shows them, one folder deep, so that those of
/// exercises run as they are.
pub(crate) fn keep(paths: &Paths, inside: &str, content: &[u8]) -> Result<PathBuf> {
    let plain = Path::new(inside);
    let stem = plain.file_stem().unwrap_or_default().to_string_lossy();
    let from = plain.parent().and_then(Path::file_name);
    let stem = match from.map(|folder| folder.to_string_lossy()) {
        Some(folder) if folder != "exercises" && folder != KEPT => format!("{folder}-{stem}"),
        _ => stem.into_owned(),
    };
    for number in 1.. {
        let path = kept(paths).join(format!("{stem}-{number}.ipynb"));
        if fs::read(&path).is_ok_and(|there| there == content) || write_new(&path, content)? {
            return Ok(path);
        }
    }
    unreachable!("there is a number for every copy")
}

/// The folder of copies, among the notebooks.
pub(crate) const KEPT: &str = "kept";

fn kept(paths: &Paths) -> PathBuf {
    paths.notebooks().join(KEPT)
}

/// Writes a file unless it says the same already.
pub(crate) fn write_if_changed(file: &Path, text: &str) -> Result<()> {
    if fs::read(file).is_ok_and(|before| before == text.as_bytes()) {
        return Ok(());
    }
    write(file, text)
}

/// The same for a program. One that runs goes on as it was.
pub(crate) fn write_program(file: &Path, text: &str) -> Result<()> {
    if holds_program(file, text) {
        return Ok(());
    }
    beside(file, text.as_bytes(), 0o777)
        .and_then(|beside| Ok(beside.persist(file)?))
        .with_context(|| format!("`{}` could not be written", file.display()))
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
    installed()
        .with_context(|| {
            format!(
                "`{}` could not be copied to `{}`",
                from.display(),
                to.display()
            )
        })
        .map_err(with_hint)
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

fn with_hint(error: anyhow::Error) -> anyhow::Error {
    let full = error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::StorageFull);
    if full {
        anyhow::anyhow!(
            "{error:#}\nhint: the disk is full; make room, and run the same command again"
        )
    } else {
        error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_never_overwrite_each_other_and_are_made_once() {
        let scratch = tempfile::tempdir().expect("a folder");
        let paths = Paths::of(scratch.path()).expect("a folder");
        let keep = |inside: &str, text: &str| {
            let path = keep(&paths, inside, text.as_bytes()).expect("kept");
            assert_eq!(fs::read_to_string(&path).expect("there"), text);
            path.file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        };
        assert_eq!(keep("exercises/1_x.ipynb", "a"), "1_x-1.ipynb");
        assert_eq!(keep("exercises/1_x.ipynb", "b"), "1_x-2.ipynb");
        assert_eq!(keep("exercises/1_x.ipynb", "a"), "1_x-1.ipynb");
        assert_eq!(keep("solutions/1_x.ipynb", "a"), "solutions-1_x-1.ipynb");
    }

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
        assert!(crate::process::is_executable(&to));
    }
}
