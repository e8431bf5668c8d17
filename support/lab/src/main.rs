//! `cargo lab`: prepares, opens, runs, checks and exports the notebooks of the async lab.
//!
//! The crate has floors, and a file names only its own folder and lower ones; `tests/architecture.rs` holds it to that, and
//! prints the table. From the roof down: [`cli`] is the command line. [`commands`] has a file for each word after
//! `cargo lab`, and [`kernel`] is the kernel of one notebook. [`prepare`] makes ready what is missing; [`notebook`] is about
//! notebooks as files, how they run and how their cells end. [`evcxr`] and [`jupyter`] are all that is assumed of those two.
//! [`system`] is the ground. `support/ARCHITECTURE.md` tells the whole.

// Whoever reads may have gone, as `head` in `cargo lab progress | head -2`. The standard library's `println!` panics then; a
// command that changes notebooks is to go on to its end all the same.
#[cfg(unix)]
#[macro_use(eprint, eprintln, print, println)]
extern crate anstream;

#[cfg(unix)]
mod cli;
#[cfg(unix)]
mod commands;
#[cfg(unix)]
mod evcxr;
#[cfg(unix)]
mod jupyter;
#[cfg(unix)]
mod kernel;
#[cfg(unix)]
mod notebook;
#[cfg(unix)]
mod prepare;
#[cfg(unix)]
mod system;

#[cfg(unix)]
use std::process::ExitCode;

#[cfg(unix)]
fn main() -> ExitCode {
    match cli::run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\x1b[1;31merror\x1b[0m: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Kernels, hard links and sockets as the lab uses them are those of Unix.
#[cfg(not(unix))]
fn main() {
    eprintln!(
        "error: the async lab runs on Linux and macOS; on Windows, install WSL 2 (`wsl --install`), and run `cargo lab` in \
         a copy of this folder inside it"
    );
    std::process::exit(1);
}
