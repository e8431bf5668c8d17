//! The folder of a class, in which learners have theirs, and the hub its own.

use anyhow::{Context, Result, bail};
use fs_err::{self as fs, os::unix::fs::OpenOptionsExt};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// How long a proxy may take to end.
const PATIENCE: Duration = Duration::from_secs(5);

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
            .open(hub.join("lock"))
            .context("the class belongs to another account\nhint: do this under the account that started it")?;
        if lock.file().try_lock().is_err() {
            bail!(
                "this class is running already\nhint: end it there first, by Ctrl-C or SIGTERM; or name another folder"
            );
        }
        Ok(Folder { class, hub, lock })
    }

    /// Ends the proxy of a hub that was killed. It would hold the ports of the class, and lead learners to servers that no
    /// hub knows any more. JupyterHub ends it, too, though only once it has ports.
    pub(super) fn end_proxy(&self) -> Result<()> {
        let file = self.hub.join("proxy.pid");
        // Where there is no `/proc` to look a process up in, it is left to JupyterHub.
        let Ok(number) = fs::read_to_string(&file) else {
            return Ok(());
        };
        if !Path::new("/proc/self").exists() {
            return Ok(());
        }
        let number = number.trim().parse().ok();
        if let Some(proxy) = number.and_then(Pid::from_raw) {
            let since = Instant::now();
            let mut signal = Signal::TERM;
            while self.is_ours(proxy) {
                // Where it has ended meanwhile, there is nobody to tell.
                let _ = kill_process(proxy, signal);
                if since.elapsed() > 2 * PATIENCE {
                    bail!(
                        "the proxy of the class, process {}, does not end",
                        proxy.as_raw_nonzero()
                    );
                }
                if since.elapsed() > PATIENCE {
                    signal = Signal::KILL;
                }
                thread::sleep(Duration::from_millis(50));
            }
        }
        fs::remove_file(file)?;
        Ok(())
    }

    /// Whether a process is a proxy that was started in this folder. A number may be somebody else's by now.
    fn is_ours(&self, process: Pid) -> bool {
        let known = Path::new("/proc").join(process.as_raw_nonzero().to_string());
        let command = fs::read(known.join("cmdline")).unwrap_or_default();
        fs::read_link(known.join("cwd")).is_ok_and(|folder| folder == self.class)
            && String::from_utf8_lossy(&command).contains("configurable-http-proxy")
    }

    /// Lets the program that this one becomes hold the lock.
    pub(super) fn hand_on(&self) -> Result<()> {
        fcntl_setfd(self.lock.file(), FdFlags::empty())
            .context("the lock of the class could not be handed on")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::process::{Child, Command, Stdio};

    /// A process that waits, with this among its words; it has them once it has said something.
    fn waits(folder: &Path, name: &str) -> Child {
        let mut process = Command::new("sh")
            .args(["-c", "echo; while :; do sleep 0.1; done", name])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let mut said = process.stdout.take().expect("it is piped");
        said.read_exact(&mut [0]).expect("it has begun");
        process
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_proxy_that_was_left_ends_and_whoever_has_its_number_by_now_does_not() {
        let place = tempfile::tempdir().expect("a folder");
        let class = Folder::open(place.path()).expect("a class");
        for (folder, name, ends) in [
            (class.class.as_path(), "configurable-http-proxy", true),
            (Path::new("/"), "configurable-http-proxy", false),
            (class.class.as_path(), "an editor", false),
        ] {
            let mut process = waits(folder, name);
            let number = process.id().to_string();
            fs::write(class.hub.join("proxy.pid"), number).expect("written");
            class.end_proxy().expect("looked at");
            // It closes its files, and leaves its folder, an instant before it has ended.
            thread::sleep(Duration::from_millis(500));
            let has_ended = process.try_wait().expect("asked").is_some();
            let _ = process.kill();
            process.wait().expect("buried");
            assert_eq!(has_ended, ends, "{name} in {}", folder.display());
            assert!(!class.hub.join("proxy.pid").exists());
        }
        class.end_proxy().expect("there is none");
    }
}
