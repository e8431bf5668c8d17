//! The kernel of one notebook.
//!
//! Two kernels must not share a build folder, and building the dependencies takes minutes, so each kernel gets a copy of
//! the prepared folder: hard links for what the compiler never changes in place, copies for the rest. Then this process
//! starts `evcxr_jupyter`, in the environment in which the folder was built, and stands in front of it (see
//! [`crate::front`]).
//!
//! Whether a kernel lives is told by a lock on a file in its folder, which the kernel and the compilers it starts
//! inherit: it is released when the last of them is gone, however it went.

use crate::front::{self, Kernel};
use crate::paths::Paths;
use crate::prepare::{context::BuildContext, evcxr, folder, lock};
use crate::process;
use crate::tree::{self, Kept};
use anyhow::{Context, Result, bail};
use rustix::io::{FdFlags, fcntl_setfd};
#[cfg(target_os = "linux")]
use rustix::process::{Signal, set_parent_process_death_signal};
use std::convert::Infallible;
use std::env;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{SystemTime, UNIX_EPOCH};

/// Names the prepared folder that is being made: the kernel then works in it.
pub(crate) const PREPARING: &str = "ASYNC_LAB_PREPARING";

/// Set for a JupyterLab that may start kernels before notebooks ask for them.
pub(crate) const AHEAD: &str = "ASYNC_LAB_AHEAD";

/// Set for such a kernel: it ends with the JupyterLab that started it.
pub(crate) const ENDS_WITH_PARENT: &str = "ASYNC_LAB_ENDS_WITH_PARENT";

/// Names the file in which checks note what is solved.
const PROGRESS: &str = "LAB_PROGRESS";

/// Name of the file that keeps the lock file's content: the kernel's own copy is emptied by its first build.
pub(crate) const LOCK: &str = "async-lab.lock";

/// The file in a kernel's folder that is locked while the kernel lives.
const ALIVE: &str = "async-lab-alive";

/// Held by whoever writes the prepared folder.
pub(crate) fn folder_lock(paths: &Paths) -> PathBuf {
    paths.state().join("prepared.lock")
}

/// Is the kernel that `connection_file` describes, until Jupyter ends it.
pub(crate) fn serve(paths: &Paths, connection_file: &Path) -> Result<ExitCode> {
    #[cfg(target_os = "linux")]
    if env::var_os(ENDS_WITH_PARENT).is_some() {
        set_parent_process_death_signal(Some(Signal::KILL))
            .context("the kernel could not be tied to its JupyterLab")?;
    }
    let binary = evcxr::find(paths).with_context(|| {
        format!(
            "`evcxr_jupyter` {} is missing\nhint: run `cargo lab setup`",
            evcxr::VERSION
        )
    })?;
    paths.claim()?;
    super::prepare::install_program(paths)?;
    let context = BuildContext::of_kernel(paths)?;
    let folder = match env::var_os(PREPARING) {
        Some(folder) => folder.into(),
        None => {
            remove_folders_of_the_dead(&paths.kernels());
            let _turn = lock(&folder_lock(paths), "the dependencies to be built")?;
            remove_folders_without_a_lock(&paths.kernels());
            let prepared = folder::for_kernel(paths, &context)?;
            private_folder(paths, &prepared)?
        }
    };
    let home = &context.home;
    let mut command = process::command(paths.program());
    context.environment.apply(&mut command);
    command
        .args(["tied", &std::process::id().to_string()])
        .arg(&binary)
        .env("EVCXR_TMPDIR", &folder)
        .env("EVCXR_CONFIG_DIR", paths.kernel_config())
        .env("RUSTC", home.rustc())
        .env("CARGO_HOME", home.folder())
        .env("ASYNC_LAB_LOCK", folder.join(LOCK))
        .env("ASYNC_LAB_SCRATCH", folder.join("scratch"))
        .env("RUST_BACKTRACE", "0")
        .env_remove(PREPARING)
        .env_remove(AHEAD)
        .env_remove(ENDS_WITH_PARENT);
    if env::var_os(PROGRESS).is_none() {
        command.env(PROGRESS, paths.root.join(".progress.json"));
    }
    hide_jupyter_modules(&mut command, paths);
    if let Some(home) = env::var_os("CARGO_HOME") {
        command.env("ASYNC_LAB_CARGO_HOME", home);
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = env::split_paths(&path).collect();
    // A Jupyter that was not started from a terminal may not know where cargo is.
    if process::find("cargo").is_none()
        && let Some(bin) = context.toolchain.cargo.parent()
    {
        folders.push(bin.to_owned());
    }
    let problem = "the folders of the programs do not fit a PATH";
    command.env(
        "ASYNC_LAB_PATH",
        env::join_paths(&folders).context(problem)?,
    );
    folders.insert(0, home.rustup_folder());
    command.env("PATH", env::join_paths(&folders).context(problem)?);
    let settings = paths.kernel_config().join("prelude.rs");
    let settings = fs::read_to_string(&settings)
        .with_context(|| format!("`{}` could not be read", settings.display()))?;
    // Evcxr makes other files anew.
    let alive = folder.join(LOCK);
    front::run(
        Kernel {
            command,
            folder,
            settings,
            alive,
        },
        connection_file,
    )
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

/// The modules for our JupyterLab are not for a Python that a cell starts.
fn hide_jupyter_modules(command: &mut Command, paths: &Paths) {
    let path = env::var_os("PYTHONPATH").unwrap_or_default();
    let kept: Vec<_> = env::split_paths(&path)
        .filter(|folder| *folder != paths.jupyter_modules())
        .collect();
    match env::join_paths(&kept) {
        Ok(path) if !kept.is_empty() => command.env("PYTHONPATH", path),
        _ => command.env_remove("PYTHONPATH"),
    };
}

/// Makes the folder of this kernel and locks it for as long as the kernel lives. Only one process at a time may do so.
fn private_folder(paths: &Paths, prepared: &Path) -> Result<PathBuf> {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_nanos();
    let folder = paths
        .kernels()
        .join(format!("{}-{since}", std::process::id()));
    fs::create_dir_all(&folder)
        .with_context(|| format!("`{}` could not be made", folder.display()))?;
    let alive = lock(&folder.join(ALIVE), "nobody, the folder is new")?;
    fcntl_setfd(&alive, FdFlags::empty()).context("the kernel's lock could not be handed on")?;
    let copied = tree::copy(prepared, &folder, Kept::Products)
        .and_then(|()| tree::settle_our_builds(&folder));
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
        if !entry.path().join(ALIVE).exists() {
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
