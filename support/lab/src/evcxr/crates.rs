//! Crates that a learner adds by `:dep`: what the kernel asks of cargo on the way, and what it shall not do to the kernel.
//!
//! The kernel checks a new crate with a manifest that names nothing else. Cargo then forgets, in the lock file, the versions
//! of everything that `support` is made of, would take newer ones from then on, and build `support` anew under a process
//! that has it loaded. So the lock file of the last good build is kept beside it, and put back after any other call.
//!
//! The kernel works offline, and a crate that is not here yet is fetched: what fails because cargo may not ask the network is
//! asked again without that. What the learner reads then is one sentence (see [`words`]).
//!
//! Where a new crate does change what `support` is made of, it is built, but never loaded beside the old one: the kernel is
//! given something that cannot be loaded, whereupon it starts a new process for its cells (see [`crate::kernel::front`], which runs
//! the cell there once more).

pub(crate) mod words;

use crate::system::{files, process, variables};
use anyhow::{Context, Result, bail};
use fs_err as fs;
#[cfg(target_os = "linux")]
use rustix::process::{Signal, set_parent_process_death_signal};
use serde_json::Value;
use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};

/// In a kernel's folder: there while a process may have `support` loaded.
pub(crate) const LOADED: &str = "async-lab-loaded";

/// In a kernel's folder: there when `support` was built anew since.
pub(crate) const REBUILT: &str = "async-lab-rebuilt";

/// The manifest by which the kernel checks a crate that is to be added.
const CHECK: &str = "evcxr_dummy_validate_dep";

/// What no process can load.
const NOTHING: &str = "async-lab-nothing.so";

/// How a call of cargo ended.
struct Call {
    status: ExitStatus,
    stdout: String,
    stderr: String,
    rebuilt: bool,
}

impl Call {
    /// Whether it failed because cargo may not ask the network.
    fn lacks_network(&self) -> bool {
        !self.status.success() && words::may_not_ask(&self.stderr)
    }
}

/// Answers the kernel's own `cargo metadata`, by which it checks a crate and learns the names of libraries.
pub(crate) fn resolve(cargo: &Path, host: &str, arguments: &[String]) -> Result<ExitCode> {
    let folder = folder()?;
    let manifest = manifest(&folder);
    let (call, network) = offline_first(|online| {
        let mut command = cargo_command(cargo, arguments, online);
        // Crates that only other platforms need are not fetched.
        command.args(["--filter-platform", host]);
        run(&mut command, false)
    })?;
    put_back(&folder)?;
    let mut out = std::io::stdout().lock();
    let written = if call.status.success() {
        out.write_all(call.stdout.as_bytes())
    } else {
        let name = words::checked(&manifest);
        std::io::stderr().write_all(words::why_not(&call.stderr, name, network).as_bytes())
    };
    written.context("the kernel does not listen")?;
    Ok(process::code(call.status))
}

/// Builds or checks a cell and what it needs by `cargo`, in this environment; `product` is where the kernel looks for the
/// path of what was built. `forget` is called where the library of cells has become another: how the compiler was started before
/// holds no more.
pub(crate) fn build(
    cargo: &Path,
    arguments: &[String],
    variables: &[(&str, &Path)],
    product: Option<&Path>,
    forget: impl FnOnce(&Path) -> Result<()>,
) -> Result<ExitCode> {
    // The kernel's thread waits for us: with it goes the reason to go on.
    #[cfg(target_os = "linux")]
    set_parent_process_death_signal(Some(Signal::KILL))
        .context("the build could not be tied to its kernel")?;
    let folder = folder()?;
    let manifest = manifest(&folder);
    let (call, network) = offline_first(|online| {
        let mut command = cargo_command(cargo, arguments, online);
        command.envs(variables.iter().copied());
        run(&mut command, true)
    })?;
    if call.status.success() && has_support(&manifest) {
        keep(&folder)?;
    } else {
        put_back(&folder)?;
    }
    if call.rebuilt {
        forget(&folder)?;
        keep(&folder)?;
        if let Some(product) = product
            && folder.join(LOADED).exists()
        {
            let nothing = folder.join(NOTHING);
            files::write(&folder.join(REBUILT), "")?;
            files::write(&nothing, "")?;
            files::write(product, nothing.to_string_lossy().as_bytes())?;
            return Ok(ExitCode::SUCCESS);
        }
    }
    let mut said = call.stderr;
    if !call.status.success() && words::is_of_cargo(&said) {
        said = words::as_compiler(&words::why_not(&said, None, network));
    }
    let written = std::io::stdout()
        .lock()
        .write_all(call.stdout.as_bytes())
        .and_then(|()| std::io::stderr().write_all(said.as_bytes()));
    written.context("the kernel does not listen")?;
    Ok(process::code(call.status))
}

/// Fails where the kernel's folder has been removed: cargo would build everything in it again, for minutes.
pub(crate) fn must_be_whole() -> Result<()> {
    match env::var_os(variables::LOCK).map(PathBuf::from) {
        Some(kept) if !kept.exists() => bail!("`{}` has been removed", kept.display()),
        _ => Ok(()),
    }
}

/// Calls offline, and where that is why it failed, once more with the network; says whether the network was asked for.
fn offline_first(mut call: impl FnMut(bool) -> Result<Call>) -> Result<(Call, bool)> {
    let offline = call(false)?;
    if offline.lacks_network() {
        Ok((call(true)?, true))
    } else {
        Ok((offline, false))
    }
}

fn cargo_command(cargo: &Path, arguments: &[String], online: bool) -> Command {
    let mut command = Command::new(cargo);
    if online {
        command
            .args(arguments.iter().filter(|word| *word != "--offline"))
            .env("CARGO_NET_OFFLINE", "false");
        // Somebody waits: that there is no network shall be told soon.
        for (name, value) in [("CARGO_NET_RETRY", "1"), ("CARGO_HTTP_TIMEOUT", "10")] {
            if env::var_os(name).is_none() {
                command.env(name, value);
            }
        }
    } else {
        command.args(arguments);
    }
    command
}

/// Runs cargo to its end. Of what it says about its progress, a build hands on each line at once.
fn run(command: &mut Command, shows_progress: bool) -> Result<Call> {
    let (mut stdout, mut stderr, mut rebuilt) = (String::new(), String::new(), false);
    let status = process::listen(command.stdin(Stdio::null()), |is_error, line| {
        if is_error && shows_progress && words::is_progress(line) {
            eprintln!("{line}");
            return;
        }
        rebuilt |= !is_error && is_new_support(line);
        let kept = if is_error { &mut stderr } else { &mut stdout };
        kept.push_str(line);
        kept.push('\n');
    })?;
    Ok(Call {
        status,
        stdout,
        stderr,
        rebuilt,
    })
}

/// Whether a line of cargo's report says that the library `support` was built, and not found ready.
fn is_new_support(line: &str) -> bool {
    // Most lines are long and about something else.
    if !line.starts_with("{\"reason\":\"compiler-artifact\"") {
        return false;
    }
    let artifact: Value = serde_json::from_str(line).unwrap_or_default();
    artifact["target"]["name"] == "support"
        && artifact["fresh"] == false
        && artifact["filenames"].as_array().is_some_and(|files| {
            let mut files = files.iter().filter_map(Value::as_str);
            files.any(|file| file.ends_with(env::consts::DLL_SUFFIX))
        })
}

fn folder() -> Result<PathBuf> {
    env::current_dir().context("the folder of the cell is unknown")
}

fn manifest(folder: &Path) -> String {
    fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default()
}

/// Whether the cells that are built in a folder are given `support`.
pub(crate) fn have_support(folder: &Path) -> bool {
    has_support(&manifest(folder))
}

/// Whether a manifest is that of cells, with what they are given. The first of a kernel has no dependencies yet.
fn has_support(manifest: &str) -> bool {
    !manifest.contains(CHECK) && manifest.lines().any(|line| line.starts_with("support = "))
}

/// The two lock files: the one that cargo reads, and the kept one where there is one.
fn locks(folder: &Path) -> Option<(PathBuf, PathBuf)> {
    let kept = PathBuf::from(env::var_os(variables::LOCK)?);
    kept.exists().then(|| (folder.join("Cargo.lock"), kept))
}

/// What cargo locked is the last good state from now on.
fn keep(folder: &Path) -> Result<()> {
    locks(folder).map_or(Ok(()), |(current, kept)| copy(&current, &kept))
}

/// Undoes what cargo did to the lock file.
pub(crate) fn put_back(folder: &Path) -> Result<()> {
    locks(folder).map_or(Ok(()), |(current, kept)| copy(&kept, &current))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    files::write_if_changed(to, fs::read(from)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_library_of_support_that_was_built_counts() {
        let line = |name: &str, fresh: bool, file: &str| {
            format!(
                "{{\"reason\":\"compiler-artifact\",\"target\":{{\"name\":\"{name}\"}},\"filenames\":[\"{file}\"],\"fresh\":{fresh}}}"
            )
        };
        let library = format!("/deps/libsupport{}", env::consts::DLL_SUFFIX);
        assert!(is_new_support(&line("support", false, &library)));
        assert!(!is_new_support(&line("support", true, &library)));
        assert!(!is_new_support(&line("serde", false, &library)));
        // Of a check, there is nothing to load.
        assert!(!is_new_support(&line(
            "support",
            false,
            "/deps/libsupport.rmeta"
        )));
    }

    #[test]
    fn the_manifest_of_cells_is_told_from_that_of_a_check() {
        let cells = "[package]\nname = \"ctx\"\n[dependencies]\nsupport = { path = \"…\" }\n";
        assert!(has_support(cells));
        assert!(!has_support("[package]\nname = \"ctx\"\n[dependencies]\n"));
        assert!(!has_support(&cells.replace("ctx", CHECK)));
    }
}
