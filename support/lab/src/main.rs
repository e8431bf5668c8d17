//! `cargo lab`: prepares, opens, runs, checks and exports the notebooks of the async lab.
//!
//! In reading order: [`cli`] is the command line, [`paths`] says where things lie, [`prepare`] makes ready what is
//! missing, [`kernel`] becomes the kernel of one notebook, [`inference`] spares it most of its reading, [`run`] executes
//! notebooks and [`judge`] says how each cell ended, [`sync`] keeps exercises true to their solutions, [`export`] writes
//! HTML, [`open`] starts JupyterLab and [`class`] one for each learner, [`verify`] runs everything that must hold and
//! [`doctor`] says what is there. A learner writes into the lab's own notebooks: [`course`] knows what they were,
//! [`merge`] brings both together, and on it stand [`work`], [`reset`], [`update`], and [`tested`], which is about what
//! tests leave aside.

mod bench;
mod browser;
mod cargo_home;
mod class;
mod cli;
mod compile;
mod course;
mod doctor;
mod eject;
mod export;
mod files;
mod git;
mod inference;
mod judge;
mod kernel;
mod merge;
mod notebook;
mod open;
mod paths;
mod plain;
mod prepare;
mod process;
mod progress;
#[path = "../../src/solved/record.rs"]
mod record;
mod reset;
mod run;
#[cfg(test)]
mod scratch;
mod sync;
mod tested;
mod tree;
mod update;
mod verify;
mod work;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(code) => code,
        Err(error) => {
            anstream::eprintln!("\x1b[1;31merror\x1b[0m: {error:#}");
            ExitCode::FAILURE
        }
    }
}
