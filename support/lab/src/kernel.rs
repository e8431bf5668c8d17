//! Becomes the kernel of one notebook.
//!
//! Two kernels must not share a build folder, and building the dependencies takes minutes, so each kernel gets a copy of
//! the prepared folder: hard links for what the compiler never changes in place, copies for the rest. Then this process
//! turns into `evcxr_jupyter`, in the environment in which the folder was built.
//!
//! Whether a kernel lives is told by a lock on a file in its folder, which the kernel and the compilers it starts
//! inherit: it is released when the last of them is gone, however it went.

use crate::inference;
use crate::paths::Paths;
use crate::prepare::{evcxr, lock, toolchain::Toolchain};
use crate::process;
use anyhow::{Context, Result};
use rustix::io::{FdFlags, fcntl_setfd};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::env;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Set while the prepared folder itself is being made: the kernel then works in it.
pub(crate) const PREPARING: &str = "ASYNC_LAB_PREPARING";

/// Name of the file that keeps the lock file's content: the kernel's own copy is emptied by its first build.
pub(crate) const LOCK: &str = "async-lab.lock";

/// Name of the file that records the environment of the build.
const ENVIRONMENT: &str = "async-lab-environment.json";

/// The file in a kernel's folder that is locked while the kernel lives.
const ALIVE: &str = "async-lab-alive";

/// Held by whoever writes the prepared folder.
pub(crate) fn folder_lock(paths: &Paths) -> PathBuf {
    paths.state().join("prepared.lock")
}

/// Turns this process into the kernel that `connection_file` describes.
pub(crate) fn become_kernel(paths: &Paths, connection_file: &Path) -> Result<Infallible> {
    let binary =
        evcxr::find().context("`evcxr_jupyter` is missing\nhint: run `cargo lab setup`")?;
    let prepared = paths.prepared();
    let folder = if env::var_os(PREPARING).is_some() {
        prepared.clone()
    } else {
        remove_folders_of_the_dead(&paths.kernels());
        let _turn = lock(&folder_lock(paths), "the dependencies to be built")?;
        private_folder(paths)?
    };
    let toolchain = Toolchain::find()?;
    let home = inference::cargo_home(paths, &toolchain)?;
    let mut command = process::command(&binary);
    command
        .arg("--control_file")
        .arg(connection_file)
        .env("EVCXR_TMPDIR", &folder)
        .env("EVCXR_CONFIG_DIR", paths.kernel_config())
        .env("RUSTC", home.join("bin/rustc"))
        .env("CARGO_HOME", home)
        .env("ASYNC_LAB_LOCK", prepared.join(LOCK))
        .env("ASYNC_LAB_SCRATCH", folder.join("scratch"))
        .env("RUST_BACKTRACE", "0")
        .env_remove(PREPARING);
    if let Some(home) = env::var_os("CARGO_HOME") {
        command.env("ASYNC_LAB_CARGO_HOME", home);
    }
    restore_environment(&mut command, &prepared)?;
    // A Jupyter that was not started from a terminal may not know where cargo is.
    if process::find("cargo").is_none()
        && let Some(bin) = toolchain.cargo.parent()
    {
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = env::split_paths(&path).chain([bin.to_owned()]);
        command.env(
            "PATH",
            env::join_paths(folders).context("cargo's folder has no place in a PATH")?,
        );
    }
    Err(command.exec()).with_context(|| format!("`{}` could not be started", binary.display()))
}

/// Makes the folder of this kernel and locks it for as long as the kernel lives.
fn private_folder(paths: &Paths) -> Result<PathBuf> {
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
    // The kernel that this process becomes holds it from here on.
    std::mem::forget(alive);
    if paths.prepared().is_dir() {
        copy_tree(&paths.prepared(), &folder)?;
    } else {
        eprintln!(
            "The dependencies are not built yet: the first cell will take minutes.\nhint: run `cargo lab setup`"
        );
    }
    Ok(folder)
}

/// Removes the folders whose kernels are gone. One that cannot be removed now is removed another time.
fn remove_folders_of_the_dead(kernels: &Path) {
    for entry in fs::read_dir(kernels).into_iter().flatten().flatten() {
        let alive = File::open(entry.path().join(ALIVE));
        // A folder that is just being made has no file yet, for an instant.
        let dead = alive.is_ok_and(|file| file.try_lock().is_ok());
        if dead {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Copies a build folder: files that compilers never change in place as hard links, the others one by one.
fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    let problem = || format!("`{}` could not be copied", from.display());
    fs::create_dir_all(to).with_context(problem)?;
    for entry in fs::read_dir(from).with_context(problem)? {
        let entry = entry.with_context(problem)?;
        let name = entry.file_name();
        let (source, target) = (entry.path(), to.join(&name));
        if left_out(&name.to_string_lossy()) {
            continue;
        }
        if entry.file_type().with_context(problem)?.is_dir() {
            copy_tree(&source, &target)?;
        } else if !is_product(&source) || fs::hard_link(&source, &target).is_err() {
            copy_file(&source, &target).with_context(problem)?;
        }
    }
    Ok(())
}

/// What belongs to the cells that ran in the prepared folder, and the locks of cargo.
fn left_out(name: &str) -> bool {
    let cell = ["ctx-", "libctx", "libcode_", "ctx.", "code_"];
    cell.iter().any(|start| name.starts_with(start))
        || name == "incremental"
        || name == ".cargo-lock"
}

/// Whether a file is the product of a compiler, which replaces such files and never writes into them.
fn is_product(file: &Path) -> bool {
    let ends = ["rlib", "rmeta", "so", "dylib", "a", "o"];
    file.extension()
        .is_some_and(|end| ends.iter().any(|known| end == *known))
}

/// Copies a file with its time of change, by which cargo tells whether anything is out of date.
fn copy_file(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::copy(from, to)?;
    let modified = from.metadata()?.modified()?;
    File::options().write(true).open(to)?.set_modified(modified)
}

/// The variables that change what compilers build, such as those that activating a conda environment sets.
pub(crate) fn build_environment() -> BTreeMap<String, String> {
    env::vars()
        .filter(|(name, _)| changes_builds(name))
        .collect()
}

fn changes_builds(name: &str) -> bool {
    let starts = [
        "AR_",
        "AWS_LC_",
        "CARGO_BUILD_",
        "CARGO_ENCODED_",
        "CARGO_PROFILE_",
        "CARGO_TARGET_",
        "CC_",
        "CFLAGS",
        "CPPFLAGS",
        "CXX",
        "HOST_",
        "LDFLAGS",
        "PKG_CONFIG",
        "RUSTFLAGS",
        "SDKROOT",
        "TARGET_",
    ];
    // Cargo sets this one for tests.
    name != "CARGO_TARGET_TMPDIR"
        && (["AR", "CC", "LD"].contains(&name)
            || starts.iter().any(|start| name.starts_with(start)))
}

/// Records the environment of the build, for the kernels that will use what it made.
pub(crate) fn record_environment(prepared: &Path) -> Result<()> {
    let text = serde_json::to_string_pretty(&build_environment())?;
    super::prepare::write_if_changed(&prepared.join(ENVIRONMENT), &text)
}

fn restore_environment(command: &mut std::process::Command, prepared: &Path) -> Result<()> {
    let file = prepared.join(ENVIRONMENT);
    let Ok(text) = fs::read_to_string(&file) else {
        return Ok(());
    };
    let recorded: BTreeMap<String, String> = serde_json::from_str(&text).with_context(|| {
        format!(
            "`{}` is damaged\nhint: delete it and run `cargo lab setup`",
            file.display()
        )
    })?;
    for name in build_environment()
        .keys()
        .filter(|name| !recorded.contains_key(*name))
    {
        command.env_remove(name);
    }
    command.envs(recorded);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_linked_and_the_rest_is_copied() {
        use std::os::unix::fs::MetadataExt;
        let scratch = tempfile::tempdir().expect("a folder");
        let (from, to) = (scratch.path().join("from"), scratch.path().join("to"));
        fs::create_dir_all(from.join("deps")).expect("made");
        for file in [
            "deps/libtokio.rlib",
            "deps/tokio.d",
            "libctx.so",
            ".cargo-lock",
        ] {
            fs::write(from.join(file), file).expect("written");
        }
        copy_tree(&from, &to).expect("copied");
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
    }

    #[test]
    fn linker_variables_count_and_others_do_not() {
        assert!(changes_builds("CC") && changes_builds("LDFLAGS"));
        assert!(changes_builds(
            "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER"
        ));
        assert!(
            !changes_builds("PATH")
                && !changes_builds("LD_LIBRARY_PATH")
                && !changes_builds("CARGO_HOME")
        );
    }
}
