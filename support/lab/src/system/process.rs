//! What the operating system has: other programs, started in a clean environment and quoted when they fail; folders.
//!
//! What takes long is started behind [`guard`], which ends it when this command ends, in whatever way: a compiler that
//! goes on would work in the same folder as that of the next set-up.

use crate::system::hints;
use anyhow::{Context, Result, bail};
use rustix::process::{Signal, kill_current_process_group};
use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus, Output, Stdio};
use std::thread;

/// The hidden command that a long job is started by.
pub(crate) const GUARD: &str = "guard";

/// A command without what `cargo run` put into the environment for us.
///
/// Left in, these variables would change what cargo thinks of crates that are already built (their build scripts watch
/// some of them), and a kernel started from `cargo lab` would differ from one started from elsewhere.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    remove_variables(&mut command, set_by_cargo);
    // Cargo puts its own folders in front of the library path; without them it is what it was.
    keep_paths(&mut command, "LD_LIBRARY_PATH", |part| !is_of_cargo(part));
    command
}

/// Takes the variables with such names from a command.
pub(crate) fn remove_variables(command: &mut Command, is_removed: impl Fn(&str) -> bool) {
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(&is_removed) {
            command.env_remove(&name);
        }
    }
}

/// Hands on those of the folders in a variable that are to be kept, and no variable where there are none.
pub(crate) fn keep_paths(command: &mut Command, name: &str, is_kept: impl Fn(&Path) -> bool) {
    let path = env::var_os(name).unwrap_or_default();
    let folders = env::split_paths(&path);
    let kept: Vec<_> = folders.filter(|folder| is_kept(folder)).collect();
    match env::join_paths(&kept) {
        Ok(path) if !kept.is_empty() => command.env(name, path),
        _ => command.env_remove(name),
    };
}

fn set_by_cargo(name: &str) -> bool {
    name.starts_with("CARGO_PKG_")
        || name.starts_with("CARGO_BIN_")
        || name.starts_with("CARGO_MANIFEST_")
        || [
            "CARGO",
            "CARGO_CRATE_NAME",
            "CARGO_PRIMARY_PACKAGE",
            "CARGO_TARGET_TMPDIR",
            "RUST_RECURSION_COUNT",
        ]
        .contains(&name)
}

fn is_of_cargo(path: &Path) -> bool {
    path.as_os_str().is_empty()
        || path
            .components()
            .any(|part| part.as_os_str() == "rustlib" || part.as_os_str() == "toolchains")
        || path
            .ancestors()
            .any(|folder| folder.join(".rustc_info.json").exists())
}

/// Finds a program on the `PATH`.
pub(crate) fn which(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|file| is_executable(file))
}

pub(crate) fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata()
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

/// What a folder holds, in a stable order.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs_err::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut entries = entries.collect::<Result<Vec<_>>>()?;
    entries.sort();
    Ok(entries)
}

/// A command line as one would type it, for messages.
pub(crate) fn display(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

fn not_started(command: &Command) -> String {
    format!("`{}` could not be started", display(command))
}

/// Starts a command, and says which where it cannot be started.
pub(crate) fn spawn(command: &mut Command) -> Result<Child> {
    let child = command.spawn();
    child.with_context(|| not_started(command))
}

/// Runs a command to its end, with the standard streams of this process.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus> {
    let status = command.status();
    status.with_context(|| not_started(command))
}

/// Runs a command to its end and returns what it printed.
pub(crate) fn output(command: &mut Command) -> Result<Output> {
    let output = command.stdin(Stdio::null()).output();
    output.with_context(|| not_started(command))
}

/// Runs a command that must succeed and returns its standard output. A failure quotes the end of what it said.
pub(crate) fn checked_stdout(command: &mut Command) -> Result<String> {
    let output = output(command)?;
    checked(command, &output)
}

/// The standard output of a command that has run, and must have succeeded.
pub(crate) fn checked(command: &Command, output: &Output) -> Result<String> {
    if !output.status.success() {
        bail!(
            "`{}` failed ({}):\n{}",
            display(command),
            output.status,
            tail(&output.stderr)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// How a long job ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// What it wrote to standard error.
    pub(crate) said: String,
}

impl Ended {
    /// Fails where the job did, which is the `problem`, with the end of what it said. It worked in `folder`.
    pub(crate) fn must_succeed(&self, problem: &str, folder: &Path) -> Result<()> {
        if self.status.success() {
            return Ok(());
        }
        let hint = hints::of(&self.said, folder);
        bail!("{problem}:\n{}{hint}", tail(self.said.as_bytes()));
    }
}

/// Runs a long job that ends with this process; `each` is told every line of standard output and of standard error.
pub(crate) fn job(command: &Command, mut each: impl FnMut(&str)) -> Result<Ended> {
    let mut guarded = behind_guard(command)?;
    let mut said = String::new();
    // When we are gone, the other end of its input tells the guard so.
    let status = listen(
        guarded.process_group(0).stdin(Stdio::piped()),
        |is_error, line| {
            let line = line.trim_end();
            each(line);
            if is_error {
                said.push_str(line);
                said.push('\n');
            }
        },
    )?;
    Ok(Ended { status, said })
}

/// Runs a command, tells each line that it writes, and whether to standard error, and returns how it ended. Its input stays
/// open as long.
pub(crate) fn listen(
    command: &mut Command,
    mut each: impl FnMut(bool, &str),
) -> Result<ExitStatus> {
    let mut child = spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let _open = child.stdin.take();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (lines, heard) = std::sync::mpsc::channel();
    thread::scope(|scope| {
        let also = lines.clone();
        scope.spawn(move || read(stdout, |line| also.send((false, line)).is_ok()));
        scope.spawn(move || read(stderr, |line| lines.send((true, line)).is_ok()));
        for (is_error, line) in heard {
            each(is_error, &line);
        }
    });
    let status = child.wait();
    status.with_context(|| format!("the end of `{}` could not be awaited", display(command)))
}

/// Tells each line as long as somebody listens; what is not UTF-8 is told as well as it can be.
fn read(from: Option<impl Read>, mut tell: impl FnMut(String) -> bool) {
    let lines = from.map(|from| BufReader::new(from).split(b'\n'));
    for line in lines.into_iter().flatten().map_while(Result::ok) {
        if !tell(String::from_utf8_lossy(&line).into_owned()) {
            return;
        }
    }
}

/// The same command, as a child of the guard.
fn behind_guard(command: &Command) -> Result<Command> {
    let mut guarded = Command::new(this_program()?);
    guarded
        .args([GUARD, "--"])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => guarded.env(name, value),
            None => guarded.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        guarded.current_dir(folder);
    }
    Ok(guarded)
}

/// What this process runs. A build may have put another file in its place, or none: Linux still knows the one that runs.
pub(crate) fn this_program() -> Result<PathBuf> {
    let known = Path::new("/proc/self/exe");
    if known.exists() {
        return Ok(known.to_owned());
    }
    env::current_exe().context("the path of this command is unknown")
}

/// Runs a program, and ends it with all that it has started once standard input is closed: whoever started us is gone then.
pub(crate) fn guard(program: &OsStr, arguments: &[OsString]) -> Result<ExitCode> {
    let mut child = spawn(Command::new(program).args(arguments).stdin(Stdio::null()))?;
    thread::spawn(|| {
        let mut byte = [0];
        while std::io::stdin()
            .read(&mut byte)
            .is_ok_and(|count| count > 0)
        {}
        // It is our own group, which `job` has made; nothing is left to tell an error to.
        let _ = kill_current_process_group(Signal::KILL);
    });
    child
        .wait()
        .map(code)
        .context("its end could not be awaited")
}

/// The code by which to end as another program did: as shells have it, signals have codes of their own.
pub(crate) fn code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| Some(128 + status.signal()?));
    code.and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from)
}

/// The longest line of a program that is quoted whole, in characters: a linker's command has thousands.
const LONGEST: usize = 300;

/// The last lines of what a program said; where it went wrong is usually told last.
pub(crate) fn tail(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<_> = text.trim_end().lines().map(shortened).collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} …", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_quotes_what_the_program_said() {
        let error =
            checked_stdout(Command::new("sh").args(["-c", "echo no such luck >&2; exit 3"]))
                .expect_err("it fails");
        assert!(error.to_string().contains("no such luck"), "{error}");
    }

    #[test]
    fn each_line_is_heard_as_it_is_and_with_its_stream() {
        let mut heard = Vec::new();
        let script = "printf 'one \\n\\ntwo'; echo three >&2; exit 3";
        let status = listen(Command::new("sh").args(["-c", script]), |is_error, line| {
            heard.push((is_error, line.to_owned()));
        });
        heard.sort_by_key(|(is_error, _)| *is_error);
        let wanted = [
            (false, "one "),
            (false, ""),
            (false, "two"),
            (true, "three"),
        ];
        assert_eq!(
            heard,
            wanted.map(|(is_error, line)| (is_error, line.to_owned()))
        );
        assert_eq!(status.expect("it starts").code(), Some(3));
    }

    #[test]
    fn a_linkers_command_is_not_quoted_whole() {
        let said = format!("first\n{}\nlast", "é".repeat(5000));
        let quoted = tail(said.as_bytes());
        assert!(quoted.starts_with("first\n") && quoted.ends_with(" …\nlast"));
        assert!(quoted.chars().count() < 2 * LONGEST);
    }

    #[test]
    fn a_missing_program_is_named() {
        let error =
            checked_stdout(&mut Command::new("no-such-program-here")).expect_err("it is not there");
        assert!(format!("{error:#}").contains("no-such-program-here"));
    }

    #[test]
    fn what_cargo_sets_is_not_handed_on() {
        let clean = command("true");
        let mut removed = clean.get_envs().filter(|(_, value)| value.is_none());
        assert!(removed.any(|(name, _)| name == "CARGO_PKG_NAME"));
        assert!(!set_by_cargo("CARGO_HOME") && !set_by_cargo("CARGO_NET_OFFLINE"));
    }
}
