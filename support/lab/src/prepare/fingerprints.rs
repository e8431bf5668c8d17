//! Cargo's fingerprints of our own crates in a build folder, by which it tells whether they are to be built again.

use crate::system::{files, process};
use anyhow::Result;
use fs_err::{self as fs, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The folders in which cargo keeps the fingerprints of our own crates.
fn of_ours(folder: &Path) -> Vec<PathBuf> {
    let targets = process::entries(&folder.join("target")).unwrap_or_default();
    let fingerprints = targets
        .into_iter()
        .flat_map(|target| {
            [
                target.join(".fingerprint"),
                target.join("debug/.fingerprint"),
            ]
        })
        .flat_map(|all| process::entries(&all).unwrap_or_default());
    // What follows is a hash; the crates of the lab itself are not built here.
    fingerprints
        .filter(|fingerprint| files::name(fingerprint).starts_with("support-"))
        .collect()
}

/// Makes cargo build our own crates again, though no source may be newer than the last build: it goes by times, and a file
/// that was put back has its old one.
///
/// Their products go, too: the compiler writes a new `.rmeta` into the file that is there, which may be a link to another
/// folder's.
pub(crate) fn invalidate(folder: &Path) -> Result<()> {
    for fingerprint in of_ours(folder) {
        for product in products(&fingerprint) {
            fs::remove_file(&product)?;
        }
        fs::remove_dir_all(&fingerprint)?;
    }
    Ok(())
}

/// The files of the build that a fingerprint is of: they end in its hash, apart from the library that cells are linked with.
fn products(fingerprint: &Path) -> Vec<PathBuf> {
    let name = files::name(fingerprint);
    let end = format!("-{}", name.rsplit('-').next().unwrap_or_default());
    let build = fingerprint.ancestors().nth(2).unwrap_or(fingerprint);
    [build.to_owned(), build.join("deps")]
        .iter()
        .flat_map(|place| process::entries(place).unwrap_or_default())
        .filter(|file| {
            let name = files::name(file);
            let stem = name.split('.').next().unwrap_or_default();
            file.is_file() && (stem == "libsupport" || stem.ends_with(&end))
        })
        .collect()
}

/// Makes cargo take the builds of our own crates for good, whatever happens to the sources: the kernel that works in this
/// folder stays what it was at its start, and the next one gets what was edited.
pub(crate) fn pin(folder: &Path) -> Result<()> {
    let later = SystemTime::now() + Duration::from_secs(365 * 24 * 3600);
    for fingerprint in of_ours(folder) {
        for file in process::entries(&fingerprint)? {
            if files::name(&file).starts_with("dep-") {
                File::options()
                    .write(true)
                    .open(&file)
                    .and_then(|file| file.set_modified(later))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prepare::snapshot::{self, Kept, Shared};

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
        for name in ["support-1a", "support-tokio-2b"] {
            let fingerprint = from.join("target/host/debug/.fingerprint").join(name);
            fs::create_dir_all(fingerprint).expect("made");
        }
        snapshot::copy(&from, &to, Kept::Everything, Shared::Hard).expect("copied");
        invalidate(&to).expect("forgotten");
        assert!(to.join(theirs).exists());
        for file in ours {
            fs::write(to.join(file), "after").expect("written");
            let original = fs::read_to_string(from.join(file)).expect("read");
            assert_eq!(original, "before", "{file}");
        }
    }
}
