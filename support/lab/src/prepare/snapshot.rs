//! Copies of build folders, and whether one is still what it was.

use crate::system::{files, process};
use anyhow::Result;
use fs_err::{self as fs, File};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

/// What of a build folder goes into its copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// What a kernel needs, which compiles cells.
    Products,
    /// Also what the compiler goes on from when a crate has changed.
    Everything,
}

/// How a copy shares what compilers never change in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shared {
    /// By hard links, which outlive the original.
    Hard,
    /// By symbolic links, for an original that belongs to another account: it may lie where no hard link leads to, and many
    /// systems allow none to another's files. It stays as long as the copy is used, and cannot be written through a link.
    Symbolic,
}

/// Copies a build folder: files that compilers never change in place as links, the others one by one.
///
/// # Errors
///
/// Names the file that could not be copied, and says so where the disk is full.
pub(crate) fn copy(from: &Path, to: &Path, kept: Kept, shared: Shared) -> Result<()> {
    fs::create_dir_all(to).map_err(files::with_hint)?;
    for source in process::entries(from)? {
        let name = source.file_name().unwrap_or_default();
        let target = to.join(name);
        if is_left_out(&name.to_string_lossy(), kept) {
            continue;
        }
        if source.is_dir() {
            copy(&source, &target, kept, shared)?;
        } else if !is_product(&source) || !is_linked(&source, &target, shared) {
            copy_file(&source, &target).map_err(files::with_hint)?;
        }
    }
    Ok(())
}

/// Makes a link, if that can be.
fn is_linked(source: &Path, target: &Path, shared: Shared) -> bool {
    match shared {
        Shared::Hard => fs::hard_link(source, target).is_ok(),
        Shared::Symbolic => symlink(source, target).is_ok(),
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
    (file
        .extension()
        .is_some_and(|end| ends.iter().any(|known| end == *known))
        || is_build_program(file))
        && !file
            .components()
            .any(|part| part.as_os_str() == "incremental")
}

/// Whether a file is the program that a build script was compiled to, and not what cargo notes of it, which is called alike. Of
/// all that is no library, these take most of the disk.
fn is_build_program(file: &Path) -> bool {
    let name = files::name(file);
    (name.starts_with("build-script-") || name.starts_with("build_script_"))
        && file.extension().is_none()
        && file
            .metadata()
            .is_ok_and(|data| data.permissions().mode() & 0o111 != 0)
}

/// Copies a file with its time of change, by which cargo tells whether anything is out of date.
fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    let modified = from.metadata()?.modified()?;
    File::options().write(true).open(to)?.set_modified(modified)
}

/// Everything that a kernel gets of a folder, in one line (see [`files::digest`]).
pub(crate) fn digest(folder: &Path) -> Result<String> {
    files::digest(folder, |name| is_left_out(name, Kept::Products))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

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
        copy(&from, &to, Kept::Products, Shared::Hard).expect("copied");
        let data = |folder: &Path, file: &str| folder.join(file).metadata().expect("it is there");
        let is_linked = |file| data(&from, file).ino() == data(&to, file).ino();
        assert!(is_linked("deps/libtokio.rlib") && !is_linked("deps/tokio.d"));
        let changed = |folder| data(folder, "deps/tokio.d").modified().expect("a time");
        assert_eq!(changed(&from), changed(&to));
        assert!(!to.join("libctx.so").exists() && !to.join(".cargo-lock").exists());
    }

    #[test]
    fn the_program_of_a_build_script_is_linked_and_what_cargo_notes_of_it_is_copied() {
        let scratch = tempfile::tempdir().expect("a folder");
        let (from, to) = (made(scratch.path()), scratch.path().join("to"));
        for (file, mode) in [
            ("build-script-build", 0o755),
            ("build_script_build-0123", 0o755),
            ("build_script_build-0123.d", 0o644),
            ("build-script-build-script-build", 0o644),
        ] {
            fs::write(from.join(file), file).expect("written");
            fs::set_permissions(from.join(file), PermissionsExt::from_mode(mode)).expect("set");
        }
        copy(&from, &to, Kept::Products, Shared::Symbolic).expect("copied");
        let is_linked = |file| to.join(file).is_symlink();
        assert!(is_linked("build-script-build") && is_linked("build_script_build-0123"));
        assert!(!is_linked("build_script_build-0123.d"));
        assert!(!is_linked("build-script-build-script-build"));
    }

    #[test]
    fn what_belongs_to_another_account_is_not_written_through_a_link() {
        let scratch = tempfile::tempdir().expect("a folder");
        let (from, to) = (made(scratch.path()), scratch.path().join("to"));
        copy(&from, &to, Kept::Products, Shared::Symbolic).expect("copied");
        let library = to.join("deps/libtokio.rlib");
        assert_eq!(
            fs::read_link(&library).expect("a link"),
            from.join("deps/libtokio.rlib")
        );
        assert!(fs::read_link(to.join("deps/tokio.d")).is_err());
        // The compiler puts another file in the place of what it replaces.
        let beside = to.join("new");
        fs::write(&beside, "another").expect("written");
        fs::rename(&beside, &library).expect("replaced");
        let original = fs::read_to_string(from.join("deps/libtokio.rlib")).expect("read");
        assert_eq!(original, "deps/libtokio.rlib");
    }

    #[test]
    fn a_copy_has_the_digest_of_its_original_and_a_damaged_one_has_not() {
        let scratch = tempfile::tempdir().expect("a folder");
        let (from, to) = (made(scratch.path()), scratch.path().join("to"));
        copy(&from, &to, Kept::Products, Shared::Hard).expect("copied");
        let whole = digest(&from).expect("read");
        assert_eq!(digest(&to).expect("read"), whole);
        fs::write(from.join("deps/tokio.d"), "cut").expect("written");
        assert_ne!(digest(&from).expect("read"), whole);
        fs::remove_file(to.join("deps/libtokio.rlib")).expect("removed");
        assert_ne!(digest(&to).expect("read"), whole);
    }
}
