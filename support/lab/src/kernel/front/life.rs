//! The end of the front, of evcxr, and of the Jupyter that they are for.

use crate::system::variables;
use anyhow::{Context, Result};
use fs_err as fs;
use rustix::process::{
    Pid, Signal, getpgrp, getpid, getppid, kill_current_process_group, kill_process,
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
    let jupyter = env::var_os(variables::JUPYTER).and(getppid());
    let mut looks = tokio::time::interval(PARENT);
    loop {
        tokio::select! {
            _ = ends.recv() => break,
            _ = interrupts.recv() => {}
            _ = looks.tick(), if jupyter.is_some() => if getppid() != jupyter {
                break;
            },
        }
    }
    // If nobody listens, it has ended.
    let _ = stop.send(()).await;
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
