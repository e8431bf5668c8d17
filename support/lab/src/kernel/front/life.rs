//! The end of the front, of evcxr, and of the Jupyter that they are for.

use crate::system::variables;
use anyhow::{Context, Result};
use fs_err as fs;
use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, getpgrp, getpid, getppid, kill_current_process_group, kill_process,
    test_kill_process,
};
use std::env;
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;
use tokio::process::Child;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::Sender;

/// How often is looked whether Jupyter is still there.
const PARENT: Duration = Duration::from_secs(1);

/// Sends a word when the front shall end: when it is told to, or when the Jupyter that started it is gone. An interrupt of the
/// terminal is not meant for it: Jupyter sends a message.
pub(super) async fn stop_when_told(stop: Sender<()>) {
    let (Ok(mut ends), Ok(mut interrupts)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        return;
    };
    let said = env::var(variables::JUPYTER).ok();
    let said = said.and_then(|number| Pid::from_raw(number.parse().ok()?));
    let parent = getppid();
    let mut looks = tokio::time::interval(PARENT);
    loop {
        tokio::select! {
            _ = ends.recv() => break,
            _ = interrupts.recv() => {}
            _ = looks.tick(), if said.is_some() => {
                if getppid() != parent || was_gone(said, parent, exists) {
                    break;
                }
            }
        }
    }
    // If nobody listens, it has ended.
    let _ = stop.send(()).await;
}

/// Whether Jupyter, which has said that this is its number, had ended before we saw our parent: then that is somebody else.
fn was_gone(said: Option<Pid>, parent: Option<Pid>, exists: impl Fn(Pid) -> bool) -> bool {
    said.is_some_and(|said| Some(said) != parent && !exists(said))
}

/// Whether there is such a process, be it another user's.
fn exists(process: Pid) -> bool {
    test_kill_process(process) != Err(Errno::SRCH)
}

/// Ends evcxr, which itself would wait for the running cell, and what cells have started: as other kernels do, where the group of
/// processes is the kernel's own.
pub(super) async fn stop_evcxr(evcxr: &mut Child) -> Result<ExitCode> {
    evcxr.kill().await.context("evcxr could not be ended")?;
    if getpgrp() == getpid() {
        // It reaches us, too, and finds us ending.
        let _ = kill_current_process_group(Signal::TERM);
    }
    Ok(ExitCode::SUCCESS)
}

/// Ends the compilers that evcxr has started, and says whether there were any: then the cell has not begun to run.
pub(super) fn stop_compilers(evcxr: &Child, cells: Option<u32>) -> bool {
    let Some(evcxr) = evcxr.id() else {
        return false;
    };
    let parents = parents();
    let mut ended = false;
    let mut above = vec![evcxr];
    while let Some(parent) = above.pop() {
        for (number, _) in parents.iter().filter(|(_, of)| *of == parent) {
            if Some(*number) == cells {
                continue;
            }
            above.push(*number);
            let pid = i32::try_from(*number).ok().and_then(Pid::from_raw);
            ended |= pid.is_some_and(|pid| kill_process(pid, Signal::KILL).is_ok());
        }
    }
    ended
}

/// The processes of this machine and their parents, where it shows them.
fn parents() -> Vec<(u32, u32)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let parent = |number: &u32| {
        let text = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
        // The name, which may hold anything, ends at the last bracket; the state follows, and the parent.
        let (_, rest) = text.rsplit_once(") ")?;
        rest.split(' ').nth(1)?.parse().ok()
    };
    numbers
        .filter_map(|number| Some((number, parent(&number)?)))
        .collect()
}

/// Ends as evcxr did.
pub(super) fn ended(status: std::io::Result<ExitStatus>) -> Result<ExitCode> {
    let status = status.context("evcxr's end could not be awaited")?;
    if status.success() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("evcxr has ended: {status}");
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn a_jupyter_that_ended_while_its_kernel_began_is_gone() {
        let one = |number| Pid::from_raw(number);
        let nobody = |_: Pid| false;
        assert!(was_gone(one(7), one(1), nobody));
        // Behind a program of its own, a kernel has another parent.
        assert!(!was_gone(one(7), one(8), |process| Some(process) == one(7)));
        assert!(!was_gone(one(7), one(7), nobody));
        assert!(!was_gone(None, one(1), nobody));
        assert!(exists(getpid()));
        let mut ended = std::process::Command::new("true")
            .spawn()
            .expect("it starts");
        let number = one(i32::try_from(ended.id()).expect("small")).expect("a number");
        ended.wait().expect("it ends");
        assert!(!exists(number));
    }

    #[tokio::test]
    async fn compilers_are_ended_and_the_process_of_the_cells_is_not() {
        let mut shell = tokio::process::Command::new("sh")
            .args(["-c", "sleep 600 & echo $!; sleep 600 & wait"])
            .stdout(std::process::Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("it starts");
        let stdout = shell.stdout.take().expect("it is piped");
        let mut lines = tokio::io::AsyncBufReadExt::lines(tokio::io::BufReader::new(stdout));
        let line = lines.next_line().await.expect("read").expect("a line");
        let cells: u32 = line.parse().expect("a number");
        // The second one comes a moment later.
        while !stop_compilers(&shell, Some(cells)) {
            tokio::task::yield_now().await;
        }
        let of_shell = |(_, parent): &&(u32, u32)| Some(*parent) == shell.id();
        assert!(
            parents()
                .iter()
                .filter(of_shell)
                .any(|(number, _)| *number == cells)
        );
        let pid = Pid::from_raw(i32::try_from(cells).expect("small")).expect("a number");
        kill_process(pid, Signal::KILL).expect("it lives");
    }
}
