//! What the process of the cells does beside the cells: its output goes to the lab, and the lab's orders come to it.
//!
//! Evcxr reads the standard output of this process line by line, and knows no other way to hear what has become of a cell. Under
//! the lab's kernel, standard output and standard error are pipes of the lab's instead, so that it gets every byte when it is
//! written. What evcxr has to hear the lab sends back, with its orders, and a thread here passes it on.
//!
//! The ends of the three pipes are inherited. When the lab is gone, nobody can write orders any more, and the process ends.

use crate::protocol::{self, OUTPUT};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::stdio::{dup2_stderr, dup2_stdout};
use rustix::time::Timespec;
use serde_json::json;
use std::backtrace::Backtrace;
use std::env;
use std::error::Error;
use std::fs::File;
use std::io::{self, Read, Write};
use std::iter;
use std::os::fd::AsFd;
use std::panic::{self, Location};
use std::process;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

/// How often what a running cell has written without ending the line is handed over.
const FLUSH: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 40_000_000,
};

/// How long the end of a cell waits for what it has written. Only a cell that keeps standard output locked needs longer.
const LAST_FLUSH: Duration = Duration::from_millis(200);

/// Hands the output of this process to the lab's kernel and listens to its orders, where there is one that wants it.
pub fn start() {
    // Whoever has no such pipes is another kernel, and does without.
    if !super::is_the_labs() {
        let _ = take_over();
    }
}

fn take_over() -> Option<()> {
    let pipes = env::var(OUTPUT).ok()?;
    let mut ends = pipes.split(',').map(|end| format!("/dev/fd/{end}"));
    let orders = File::open(ends.next()?).ok()?;
    let mut write = || File::options().write(true).open(ends.next()?).ok();
    let (stdout, stderr) = (write()?, write()?);
    io::stdout().flush().ok()?;
    let evcxr = File::from(io::stdout().as_fd().try_clone_to_owned().ok()?);
    dup2_stdout(&stdout).ok()?;
    dup2_stderr(&stderr).ok()?;
    (&stdout)
        .write_all(format!("{}{}\n", protocol::STARTED, process::id()).as_bytes())
        .ok()?;
    super::TAKEN_OVER.store(true, Ordering::Relaxed);
    report_panics();
    let (flush, flushed) = flusher()?;
    thread::Builder::new()
        .name("async-lab".to_owned())
        .spawn(move || {
            obey(orders, evcxr, &flush, &flushed);
            process::exit(0);
        })
        .ok()?;
    Some(())
}

/// A thread that flushes standard output when it is asked to, and says so. A cell may keep it locked for ever.
fn flusher() -> Option<(SyncSender<()>, Receiver<()>)> {
    let (flush, asked) = sync_channel(1);
    let (tell, flushed) = sync_channel(1);
    thread::Builder::new()
        .name("async-lab-flush".to_owned())
        .spawn(move || {
            while asked.recv().is_ok() {
                let _ = io::stdout().flush();
                let _ = tell.try_send(());
            }
        })
        .ok()?;
    Some((flush, flushed))
}

/// Follows orders until there can be no more.
fn obey(mut orders: File, mut evcxr: File, flush: &SyncSender<()>, flushed: &Receiver<()>) {
    let own = format!("{} ", process::id());
    let mut runs = false;
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let mut ready = [PollFd::new(&orders, PollFlags::IN)];
        match poll(&mut ready, runs.then_some(&FLUSH)) {
            Ok(0) => {
                let _ = flush.try_send(());
                continue;
            }
            Err(rustix::io::Errno::INTR) => continue,
            Ok(_) => {}
            Err(_) => return,
        }
        match orders.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(length) => read.extend_from_slice(&buffer[..length]),
        }
        while let Some(end) = read.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = read.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            // One that was meant for the process before says so.
            let Some((order, words)) = line
                .strip_prefix(&own)
                .and_then(|order| order.split_once(' '))
            else {
                continue;
            };
            match order {
                "run" => {
                    runs = true;
                    super::cancel::allow();
                }
                "cancel" => super::cancel::cancel(),
                "done" => {
                    runs = false;
                    while flushed.try_recv().is_ok() {}
                    if flush.try_send(()).is_ok() {
                        let _ = flushed.recv_timeout(LAST_FLUSH);
                    }
                    if evcxr.write_all(words.as_bytes()).is_err() {
                        return;
                    }
                }
                "pass" if evcxr.write_all(words.as_bytes()).is_err() => return,
                _ => {}
            }
        }
    }
}

/// Tells the lab of panics in the thread of the cells as data: whether one ends the cell, or is caught, is seen later. Of those in
/// other threads it tells as Rust does, without advice on variables that are the kernel's.
fn report_panics() {
    let cells = thread::current().id();
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let backtrace = env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0");
        if backtrace {
            return report(panic);
        }
        let thread = thread::current();
        let words = crate::panics::message(panic.payload());
        let place = panic.location().map(ToString::to_string);
        let is_in_cell = |place: &String| place.contains(protocol::CELL);
        let called = if place.as_ref().is_some_and(is_in_cell) {
            None
        } else {
            called()
        };
        let told = if thread.id() == cells {
            let told = json!({ "words": words, "place": place, "called": called });
            format!("{}{told}\n", protocol::PANIC)
        } else {
            let name = thread.name().unwrap_or("<unnamed>");
            let place = place.unwrap_or_default();
            let called = called.map(|called| format!(", called in {called}"));
            let called = called.unwrap_or_default();
            format!("thread '{name}' panicked at {place}{called}:\n{words}\n")
        };
        tell(&told);
    }));
}

/// The line of a cell that called what panics in a library: the innermost one. The lab's kernel has cells compiled with their lines.
fn called() -> Option<String> {
    let trace = Backtrace::force_capture().to_string();
    let start = trace.find(protocol::CELL)?;
    let line = trace[start..].lines().next()?;
    Some(line.trim_end().to_owned())
}

/// What cannot be told has nobody who listens.
fn tell(line: &str) {
    let _ = io::stderr().write_all(line.as_bytes());
}

/// Takes the error by which a cell returns.
///
/// The lab's kernel is told what the error says, and what its sources say, and in which line it was returned; others print it.
#[doc(hidden)]
#[track_caller]
pub fn returned(error: Box<dyn Error>) {
    if !super::is_the_labs() {
        return tell(&format!("{error}\n"));
    }
    let place = Location::caller().to_string();
    let told = json!({ "words": words(error.as_ref()), "place": place });
    tell(&format!("{}{told}\n", protocol::RETURNED));
}

/// What an error and its sources say, from the outside in. One that repeats its source says it once.
fn words(error: &(dyn Error + 'static)) -> Vec<String> {
    let errors = iter::successors(Some(error), |&error| error.source());
    let mut words: Vec<String> = errors.map(ToString::to_string).collect();
    words.dedup();
    words
}
