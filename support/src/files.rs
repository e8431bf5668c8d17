//! A notebook's own folder, and a device that is slower than yours.
//!
//! What a notebook writes goes into a [`Scratch`] folder, which is gone with the variable that holds it, and with the
//! lab's kernel at the latest. A path that would lead out of it is refused.

use std::fmt;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// Names the folder in which scratch folders are made: the kernel's own, which is removed when the kernel has ended in
/// whatever way. Without it they are made where the system keeps temporary files.
pub const SCRATCH: &str = "ASYNC_LAB_SCRATCH";

/// A path that would lead out of a scratch folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideScratch {
    path: PathBuf,
}

impl fmt::Display for OutsideScratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` leads out of the notebook's folder; give a path inside it, such as `output/result_1.json`",
            self.path.display()
        )
    }
}

impl std::error::Error for OutsideScratch {}

impl From<OutsideScratch> for io::Error {
    fn from(error: OutsideScratch) -> Self {
        io::Error::new(io::ErrorKind::PermissionDenied, error)
    }
}

/// A folder of a notebook's own. Clones are the same folder; it is removed with the last of them.
///
/// # Examples
///
/// ```
/// use support::files::Scratch;
///
/// let scratch = Scratch::new()?;
/// std::fs::write(scratch.path("output/result_1.json")?, "{}")?;
/// assert_eq!(scratch.list()?, ["output/result_1.json"]);
/// assert!(scratch.path("../elsewhere").is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Scratch {
    folder: Arc<TempDir>,
}

impl Scratch {
    /// Makes an empty folder.
    ///
    /// # Errors
    ///
    /// Where the system refuses, with the folder in which it was to be made.
    pub fn new() -> io::Result<Self> {
        let parent = std::env::var_os(SCRATCH).map_or_else(std::env::temp_dir, PathBuf::from);
        let folder = std::fs::create_dir_all(&parent)
            .and_then(|()| TempDir::with_prefix_in("async-lab-", &parent))
            .map_err(|error| {
                io::Error::new(
                    error.kind(),
                    format!("no folder could be made in `{}`: {error}", parent.display()),
                )
            })?;
        Ok(Scratch {
            folder: Arc::new(folder),
        })
    }

    /// A path in the folder; the folders on the way to it are made.
    ///
    /// # Errors
    ///
    /// [`OutsideScratch`] for an absolute path, for one with `..`, and for one that a link leads away; otherwise what the
    /// system says.
    pub fn path(&self, inside: impl AsRef<Path>) -> io::Result<PathBuf> {
        let inside = inside.as_ref();
        let outside = || OutsideScratch {
            path: inside.to_owned(),
        };
        let plain = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        if !inside.components().all(plain) {
            return Err(outside().into());
        }
        let root = self.folder.path().canonicalize()?;
        let path = root.join(inside);
        // Where a part of it is there already, it may be a link: what it leads to counts.
        let there = path.ancestors().find(|part| part.exists());
        if !there
            .map_or(Ok(root.clone()), Path::canonicalize)?
            .starts_with(&root)
        {
            return Err(outside().into());
        }
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        Ok(path)
    }

    /// A folder in the folder; it is made, and the folders on the way to it.
    ///
    /// # Errors
    ///
    /// As for [`path`](Self::path).
    ///
    /// # Examples
    ///
    /// ```
    /// use support::files::Scratch;
    ///
    /// let scratch = Scratch::new()?;
    /// assert!(scratch.folder("output")?.is_dir());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn folder(&self, inside: impl AsRef<Path>) -> io::Result<PathBuf> {
        let path = self.path(inside)?;
        std::fs::create_dir_all(&path)?;
        Ok(path)
    }

    /// The files in the folder and in its folders, as paths from it, sorted.
    ///
    /// # Errors
    ///
    /// What the system says where it cannot be read.
    pub fn list(&self) -> io::Result<Vec<String>> {
        let mut files = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder)? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    folders.push(entry.path());
                } else if let Ok(inside) = entry.path().strip_prefix(self.folder.path()) {
                    files.push(inside.to_string_lossy().replace('\\', "/"));
                }
            }
        }
        files.sort();
        Ok(files)
    }
}

/// Reads files and takes its time: a disk of today answers too fast to show what waiting costs.
///
/// The delay is added, and [`Display`](fmt::Display) says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlowDevice {
    delay: Duration,
}

impl SlowDevice {
    /// A device that takes `delay` longer for each file than yours.
    pub fn new(delay: Duration) -> Self {
        SlowDevice { delay }
    }

    /// Reads a file; the task waits.
    ///
    /// # Errors
    ///
    /// What the system says, with the path.
    pub async fn read(&self, path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
        tokio::time::sleep(self.delay).await;
        let path = path.as_ref();
        tokio::fs::read(path)
            .await
            .map_err(|error| named(&error, path))
    }

    /// Reads a file; the thread waits.
    ///
    /// # Errors
    ///
    /// What the system says, with the path.
    pub fn read_blocking(&self, path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
        std::thread::sleep(self.delay);
        let path = path.as_ref();
        std::fs::read(path).map_err(|error| named(&error, path))
    }

    /// Says under the cell what was added.
    pub fn evcxr_display(&self) {
        crate::display::Rich::new(self.to_string()).show();
    }
}

impl fmt::Display for SlowDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "A slow device: the lab adds {} to every read; the files are real.",
            crate::display::seconds(self.delay)
        )
    }
}

fn named(error: &io::Error, path: &Path) -> io::Error {
    io::Error::new(error.kind(), format!("`{}`: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(scratch: &Scratch, path: impl AsRef<Path>) -> bool {
        scratch
            .path(path)
            .is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
    }

    #[test]
    fn nothing_leads_out_of_the_folder() {
        let scratch = Scratch::new().expect("it is made");
        for path in ["../elsewhere", "a/../../b", "/etc/passwd", ".."] {
            assert!(refused(&scratch, path), "{path}");
        }
        assert!(scratch.path("a/./b.json").is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_leads_nowhere_else() {
        let (scratch, other) = (Scratch::new().expect("made"), Scratch::new().expect("made"));
        let target = other.path("target").expect("inside");
        let link = scratch.path("link").expect("inside");
        std::os::unix::fs::symlink(target.parent().expect("its folder"), link).expect("linked");
        assert!(refused(&scratch, "link/new.json"));
    }

    #[test]
    fn the_folder_is_gone_with_its_last_clone() {
        let scratch = Scratch::new().expect("it is made");
        let path = scratch.path("output/a.json").expect("inside");
        std::fs::write(&path, "{}").expect("written");
        let clone = scratch.clone();
        drop(scratch);
        assert_eq!(clone.list().expect("read"), ["output/a.json"]);
        drop(clone);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_file_that_is_not_there_is_named() {
        let scratch = Scratch::new().expect("it is made");
        let device = SlowDevice::new(Duration::from_millis(1));
        let missing = scratch.path("missing").expect("inside");
        for error in [
            device.read(&missing).await.expect_err("missing"),
            device.read_blocking(&missing).expect_err("missing"),
        ] {
            assert!(error.to_string().contains("missing`"), "{error}");
        }
        assert!(device.to_string().contains("adds 1.0 ms"), "{device}");
    }
}
