//! `cargo lab`: prepares, opens, runs, checks and exports the notebooks of the async lab.
//!
//! In reading order: [`cli`] is the command line, [`paths`] says where things lie, [`prepare`] makes ready what is
//! missing, [`kernel`] is the kernel of one notebook and [`front`] what Jupyter sees of it, [`inference`] spares it most of its reading, [`run`] executes
//! notebooks and [`judge`] says how each cell ended, [`sync`] keeps exercises true to their solutions, [`export`] writes
//! HTML, [`open`] starts JupyterLab and [`class`] one for each learner, [`verify`] runs everything that must hold and
//! [`doctor`] says what is there.

mod bench;
mod browser;
mod cargo_home;
mod class;
mod cli;
mod compile;
mod crates;
mod doctor;
mod eject;
mod export;
mod front;
mod inference;
mod judge;
mod kernel;
mod notebook;
mod open;
mod paths;
mod plain;
mod prepare;
mod process;
mod progress;
mod run;
mod sync;
mod tree;
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
