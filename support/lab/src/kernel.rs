//! The kernel of one notebook.
//!
//! Two kernels must not share a build folder, and building the dependencies takes minutes, so each kernel gets a copy of
//! the prepared folder: hard links for what the compiler never changes in place, copies for the rest. Then this process
//! starts `evcxr_jupyter`, in the environment in which the folder was built, and stands in front of it (see
//! [`crate::kernel::front`]).
//!
//! Whether a kernel lives is told by a lock on a file in its folder, which the kernel and the compilers it starts
//! inherit: it is released when the last of them is gone, however it went.

pub(crate) mod front;

use crate::evcxr::{
    config::{LOCK, PRELUDE},
    context::BuildContext,
    install,
};
use crate::prepare::{
    self, environment, fingerprints, folder,
    snapshot::{self, Kept, Shared},
};
use crate::system::{files, paths::Paths, process, variables};
use anyhow::{Context, Result, bail};
use front::Kernel;
use fs_err::{self as fs, File};
use rustix::io::{FdFlags, fcntl_setfd};
#[cfg(target_os = "linux")]
use rustix::process::{Signal, set_parent_process_death_signal};
use std::convert::Infallible;
use std::env;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The file in a kernel's folder that is locked while the kernel lives.
const ALIVE: &str = "async-lab-alive";

/// In the folder of all kernels, the file that is locked while one gets its folder, where all are of one account.
const TURN: &str = ".turn";

/// Is the kernel that `connection_file` describes, until Jupyter ends it. Where it cannot be, a notebook is told why.
pub(crate) fn serve(paths: &Paths, connection_file: &Path) -> Result<ExitCode> {
    let kernel = match begin(paths) {
        Err(why) if env::var_os(variables::NOTEBOOK).is_some() => {
            eprintln!("error: {why:#}");
            return front::excuse(connection_file, &format!("{why:#}"));
        }
        kernel => kernel?,
    };
    front::run(kernel, connection_file)
}

/// Makes ready what a kernel needs.
fn begin(paths: &Paths) -> Result<Kernel> {
    #[cfg(target_os = "linux")]
    if env::var_os(variables::ENDS_WITH_PARENT).is_some() {
        set_parent_process_death_signal(Some(Signal::KILL))
            .context("the kernel could not be tied to its JupyterLab")?;
    }
    let binary = install::find(paths).with_context(|| {
        format!(
            "`evcxr_jupyter` {} is missing\nhint: run `cargo lab setup`",
            install::VERSION
        )
    })?;
    let class = env::var_os(variables::PREPARED).map(PathBuf::from);
    if class.is_none() {
        paths.claim()?;
        prepare::install_program(paths)?;
    }
    let started = Instant::now();
    let context = BuildContext::of_kernel(paths)?;
    tracing::debug!(elapsed = ?started.elapsed(), "toolchain and settings are known");
    let folder = match env::var_os(variables::PREPARING) {
        Some(folder) => folder.into(),
        None => {
            remove_folders_of_the_dead(&paths.kernels());
            tracing::debug!(elapsed = ?started.elapsed(), "folders of the dead are removed");
            let _turn = match class {
                // The others of this account: nobody can be kept waiting by another's.
                Some(_) => files::lock(&paths.kernels().join(TURN), "another kernel to start")?,
                None => folder::turn(paths, "the dependencies to be built")?,
            };
            tracing::debug!(elapsed = ?started.elapsed(), "it is our turn");
            remove_folders_without_a_lock(&paths.kernels());
            let (prepared, shared) = match class {
                Some(prepared) => (prepared, Shared::Symbolic),
                None => (folder::for_kernel(paths, &context)?, Shared::Hard),
            };
            tracing::debug!(elapsed = ?started.elapsed(), ?prepared, "the prepared folder is there");
            private_folder(paths, &prepared, shared)?
        }
    };
    tracing::debug!(elapsed = ?started.elapsed(), ?folder, "the kernel has its folder");
    let mut command = process::command(paths.program());
    command
        .args(["tied", &std::process::id().to_string()])
        .arg(&binary);
    environment::of_kernel(&mut command, paths, &context, &folder)?;
    // Evcxr makes other files anew.
    let alive = folder.join(LOCK);
    Ok(Kernel {
        command,
        folder,
        settings: PRELUDE,
        alive,
    })
}

/// Becomes a program that ends with the process `parent`, which has started it.
pub(crate) fn tie(parent: u32, program: &Path, arguments: &[String]) -> Result<Infallible> {
    #[cfg(target_os = "linux")]
    set_parent_process_death_signal(Some(Signal::KILL))
        .context("the kernel could not be tied to its front")?;
    if std::os::unix::process::parent_id() != parent {
        bail!("the front of the kernel has ended");
    }
    Err(Command::new(program).args(arguments).exec())
        .with_context(|| format!("`{}` could not be started", program.display()))
}

/// Makes the folder of this kernel and locks it for as long as the kernel lives. Only one process at a time may do so.
fn private_folder(paths: &Paths, prepared: &Path, shared: Shared) -> Result<PathBuf> {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_nanos();
    let folder = paths
        .kernels()
        .join(format!("{}-{since}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let alive = files::lock(&folder.join(ALIVE), "nobody, the folder is new")?;
    fcntl_setfd(&alive, FdFlags::empty()).context("the kernel's lock could not be handed on")?;
    let copied = snapshot::copy(prepared, &folder, Kept::Products, shared)
        .and_then(|()| fingerprints::pin(&folder));
    if let Err(error) = copied {
        // What went wrong is told; what is left behind the next kernel removes.
        let _ = fs::remove_dir_all(&folder);
        return Err(error);
    }
    // This process and all that it starts hold it from here on.
    std::mem::forget(alive);
    Ok(folder)
}

/// Removes the folders whose kernels are gone. One that cannot be removed now is removed another time.
fn remove_folders_of_the_dead(kernels: &Path) {
    for entry in fs::read_dir(kernels).into_iter().flatten().flatten() {
        let alive = File::open(entry.path().join(ALIVE));
        // A folder that is just being made, or half removed, has no such file.
        let dead = alive.is_ok_and(|file| file.try_lock().is_ok());
        if dead {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Removes the folders that nothing can live in: their kernels were killed when they had just made them, or when they
/// were removing them. Nobody may be making one meanwhile.
fn remove_folders_without_a_lock(kernels: &Path) {
    for entry in fs::read_dir(kernels).into_iter().flatten().flatten() {
        if entry.path().is_dir() && !entry.path().join(ALIVE).exists() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_of_the_dead_are_removed() {
        let scratch = tempfile::tempdir().expect("a folder");
        let folder = |name: &str| {
            let folder = scratch.path().join(name);
            fs::create_dir_all(&folder).expect("made");
            (
                folder.clone(),
                File::create(folder.join(ALIVE)).expect("made"),
            )
        };
        let (dead, file) = folder("dead");
        drop(file);
        let (living, file) = folder("living");
        file.lock().expect("locked");
        let new = scratch.path().join("new");
        fs::create_dir_all(&new).expect("made");
        remove_folders_of_the_dead(scratch.path());
        assert!(!dead.exists() && living.exists() && new.exists());
        remove_folders_without_a_lock(scratch.path());
        assert!(living.exists() && !new.exists());
    }
}
