//! Copies of build folders, and whether one is still what it was.

use crate::system::process;
use anyhow::{Context, Result, anyhow};
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// What of a build folder goes into its copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// What a kernel needs, which compiles cells.
    Products,
    /// Also what the compiler goes on from when a crate has changed.
    Everything,
}

/// Copies a build folder: files that compilers never change in place as hard links, the others one by one.
///
/// # Errors
///
/// Names the file that could not be copied, and says so where the disk is full.
pub(crate) fn copy(from: &Path, to: &Path, kept: Kept) -> Result<()> {
    let problem = || {
        format!(
            "`{}` could not be copied to `{}`",
            from.display(),
            to.display()
        )
    };
    fs::create_dir_all(to)
        .with_context(|| format!("`{}` could not be made", to.display()))
        .map_err(with_hint)?;
    for source in process::entries(from)? {
        let name = source.file_name().unwrap_or_default();
        let target = to.join(name);
        if is_left_out(&name.to_string_lossy(), kept) {
            continue;
        }
        if source.is_dir() {
            copy(&source, &target, kept)?;
        } else if !is_product(&source) || fs::hard_link(&source, &target).is_err() {
            copy_file(&source, &target)
                .with_context(problem)
                .map_err(with_hint)?;
        }
    }
    Ok(())
}

/// Adds what to do where there is no room.
fn with_hint(error: anyhow::Error) -> anyhow::Error {
    let full = error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::StorageFull);
    if full {
        anyhow!("{error:#}\nhint: the disk is full; make room there, then start the kernel again")
    } else {
        error
    }
}

/// What belongs to the cells that ran in a folder, and the locks of cargo.
fn is_left_out(name: &str, kept: Kept) -> bool {
    let cell = ["ctx-", "libctx", "libcode_", "ctx.", "code_"];
    cell.iter().any(|start| name.starts_with(start))
        || (name == "incremental" && kept == Kept::Products)
        || name == ".cargo-lock"
}

/// Whether a file is the product of a compiler that no build of ours goes on from: what it replaces, it never writes into.
/// What it keeps for a next build it does write into.
fn is_product(file: &Path) -> bool {
    let ends = ["rlib", "rmeta", "so", "dylib", "a", "o"];
    file.extension()
        .is_some_and(|end| ends.iter().any(|known| end == *known))
        && !file
            .components()
            .any(|part| part.as_os_str() == "incremental")
}

/// Copies a file with its time of change, by which cargo tells whether anything is out of date.
fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    let modified = from.metadata()?.modified()?;
    File::options().write(true).open(to)?.set_modified(modified)
}

/// Cargo's notes on the builds of our own crates in a build folder.
fn notes(folder: &Path) -> Vec<PathBuf> {
    let targets = process::entries(&folder.join("target")).unwrap_or_default();
    let notes = targets
        .into_iter()
        .flat_map(|target| {
            [
                target.join(".fingerprint"),
                target.join("debug/.fingerprint"),
            ]
        })
        .flat_map(|notes| process::entries(&notes).unwrap_or_default());
    notes
        .filter(|note| {
            let name = note.file_name().unwrap_or_default().to_string_lossy();
            // What follows is a hash; the crates of the lab itself are not built here.
            name.starts_with("support-")
        })
        .collect()
}

/// Makes cargo build our own crates again, though no source may be newer than the last build: it goes by times, and a file
/// that was put back has its old one.
///
/// Their products go, too: the compiler writes a new `.rmeta` into the file that is there, which may be a link to another
/// folder's.
pub(crate) fn forget_our_builds(folder: &Path) -> Result<()> {
    let problem = |path: &Path| format!("`{}` could not be removed", path.display());
    for note in notes(folder) {
        for product in products(&note) {
            fs::remove_file(&product).with_context(|| problem(&product))?;
        }
        fs::remove_dir_all(&note).with_context(|| problem(&note))?;
    }
    Ok(())
}

/// The files of the build that a note is on: they end in its hash, apart from the library that cells are linked with.
fn products(note: &Path) -> Vec<PathBuf> {
    let name = note.file_name().unwrap_or_default().to_string_lossy();
    let end = format!("-{}", name.rsplit('-').next().unwrap_or_default());
    let build = note.ancestors().nth(2).unwrap_or(note);
    [build.to_owned(), build.join("deps")]
        .iter()
        .flat_map(|place| process::entries(place).unwrap_or_default())
        .filter(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let stem = name.split('.').next().unwrap_or_default();
            file.is_file() && (stem == "libsupport" || stem.ends_with(&end))
        })
        .collect()
}

/// Makes cargo take the builds of our own crates for good, whatever happens to the sources: the kernel that works in this
/// folder stays what it was at its start, and the next one gets what was edited.
pub(crate) fn settle_our_builds(folder: &Path) -> Result<()> {
    let later = SystemTime::now() + Duration::from_secs(365 * 24 * 3600);
    for note in notes(folder) {
        for file in process::entries(&note)? {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("dep-") {
                File::options()
                    .write(true)
                    .open(&file)
                    .and_then(|file| file.set_modified(later))
                    .with_context(|| format!("`{}` could not be touched", file.display()))?;
            }
        }
    }
    Ok(())
}

/// Names, sizes and times of change of everything that a kernel gets of a folder, in one number.
///
/// It tells a folder that is whole from one in which files are missing, cut off or written anew.
pub(crate) fn digest(folder: &Path) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    add_to_digest(folder, &mut hasher)?;
    Ok(hasher.finish())
}

fn add_to_digest(folder: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    for entry in process::entries(folder)? {
        let name = entry.file_name().unwrap_or_default();
        if is_left_out(&name.to_string_lossy(), Kept::Products) {
            continue;
        }
        name.hash(hasher);
        let data = entry
            .metadata()
            .with_context(|| format!("`{}` could not be read", entry.display()))?;
        if data.is_dir() {
            add_to_digest(&entry, hasher)?;
        } else {
            (data.len(), data.modified().ok()).hash(hasher);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(scratch: &Path) -> PathBuf {
        let from = scratch.join("from");
        fs::create_dir_all(from.join("deps")).expect("made");
        for file in [
            "deps/libtokio.rlib",
            "deps/tokio.d",
            "libctx.so",
            ".cargo-lock",
        ] {
            fs::write(from.join(file), file).expect("written");
        }
        from
    }

    #[test]
    fn products_are_linked_and_the_rest_is_copied() {
        use std::os::unix::fs::MetadataExt;
        let scratch = tempfile::tempdir().expect("a folder");
        let (from, to) = (made(scratch.path()), scratch.path().join("to"));
        copy(&from, &to, Kept::Products).expect("copied");
        let inode = |path: PathBuf| path.metadata().expect("it is there").ino();
        assert_eq!(
            inode(from.join("deps/libtokio.rlib")),
            inode(to.join("deps/libtokio.rlib"))
        );
        assert_ne!(
            inode(from.join("deps/tokio.d")),
            inode(to.join("deps/tokio.d"))
        );
        let changed = |path: PathBuf| {
            path.metadata()
                .and_then(|data| data.modified())
                .expect("a time")
        };
        assert_eq!(
            changed(from.join("deps/tokio.d")),
            changed(to.join("deps/tokio.d"))
        );
        assert!(!to.join("libctx.so").exists() && !to.join(".cargo-lock").exists());
    }

    #[test]
    fn a_copy_has_the_digest_of_its_original_and_a_damaged_one_has_not() {
        let scratch = tempfile::tempdir().expect("a folder");
        let (from, to) = (made(scratch.path()), scratch.path().join("to"));
        copy(&from, &to, Kept::Products).expect("copied");
        let whole = digest(&from).expect("read");
        assert_eq!(digest(&to).expect("read"), whole);
        fs::write(from.join("deps/tokio.d"), "cut").expect("written");
        assert_ne!(digest(&from).expect("read"), whole);
        fs::remove_file(to.join("deps/libtokio.rlib")).expect("removed");
        assert_ne!(digest(&to).expect("read"), whole);
    }

    #[test]
    fn what_is_built_again_is_not_written_into_the_original() {
        let scratch = tempfile::tempdir().expect("a folder");
        let (from, to) = (scratch.path().join("from"), scratch.path().join("to"));
        let ours = [
            "target/host/debug/libsupport.so",
            "target/host/debug/deps/libsupport-1a.rmeta",
            "target/host/debug/deps/libtokio-2b.rmeta",
            "target/host/debug/incremental/support-9/metadata.rmeta",
        ];
        let theirs = "target/host/debug/deps/libtokio-3c.rmeta";
        for file in ours.iter().chain([&theirs]) {
            let file = from.join(file);
            fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            fs::write(file, "before").expect("written");
        }
        for note in ["support-1a", "support-tokio-2b"] {
            let note = from.join("target/host/debug/.fingerprint").join(note);
            fs::create_dir_all(note).expect("made");
        }
        copy(&from, &to, Kept::Everything).expect("copied");
        forget_our_builds(&to).expect("forgotten");
        assert!(to.join(theirs).exists());
        for file in ours {
            fs::write(to.join(file), "after").expect("written");
            let original = fs::read_to_string(from.join(file)).expect("read");
            assert_eq!(original, "before", "{file}");
        }
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
