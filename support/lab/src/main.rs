//! `cargo lab`: prepares, opens, runs, checks and exports the notebooks of the async lab.
//!
//! In reading order: [`cli`] is the command line, [`paths`] says where things lie, [`prepare`] makes ready what is
//! missing, [`kernel`] is the kernel of one notebook and [`front`] what Jupyter sees of it, [`inference`] spares it most of
//! its reading, [`run`] executes notebooks and [`judge`] says how each cell ended, [`sync`] keeps exercises true to their solutions, [`export`] writes
//! HTML, [`open`] starts JupyterLab and [`class`] one for each learner, [`verify`] runs everything that must hold and
//! [`doctor`] says what is there. A learner writes into the lab's own notebooks: [`course`] knows what they were,
//! [`merge`] brings both together, and on it stand [`work`], [`reset`], [`update`], and [`tested`], which is about what
//! tests leave aside.

#[cfg(unix)]
mod bench;
#[cfg(unix)]
mod browser;
#[cfg(unix)]
mod cargo_home;
#[cfg(unix)]
mod class;
#[cfg(unix)]
mod cli;
#[cfg(unix)]
mod compile;
#[cfg(unix)]
mod course;
#[cfg(unix)]
mod crates;
#[cfg(unix)]
mod doctor;
#[cfg(unix)]
mod eject;
#[cfg(unix)]
mod export;
#[cfg(unix)]
mod files;
#[cfg(unix)]
mod front;
#[cfg(unix)]
mod git;
#[cfg(unix)]
mod inference;
#[cfg(unix)]
mod judge;
#[cfg(unix)]
mod kernel;
#[cfg(unix)]
mod merge;
#[cfg(unix)]
mod notebook;
#[cfg(unix)]
mod open;
#[cfg(unix)]
mod paths;
#[cfg(unix)]
mod plain;
#[cfg(unix)]
mod prepare;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod progress;
#[cfg(unix)]
#[path = "../../src/solved/record.rs"]
mod record;
#[cfg(unix)]
mod reset;
#[cfg(unix)]
mod run;
#[cfg(all(test, unix))]
mod scratch;
#[cfg(unix)]
mod sync;
#[cfg(unix)]
mod tested;
#[cfg(unix)]
mod tree;
#[cfg(unix)]
mod update;
#[cfg(unix)]
mod verify;
#[cfg(unix)]
mod work;

#[cfg(unix)]
use std::process::ExitCode;

#[cfg(unix)]
fn main() -> ExitCode {
    match cli::run() {
        Ok(code) => code,
        Err(error) => {
            anstream::eprintln!("\x1b[1;31merror\x1b[0m: {error:#}");
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
