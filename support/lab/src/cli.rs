//! The command line.

use crate::commands::{
    bench, class, doctor, eject, export, new_exercise, open, progress, reset, run, setup, sync,
    test, update,
};
use crate::evcxr::{crates, inference, replay};
use crate::jupyter::packages;
use crate::kernel;
use crate::system::{log, paths::Paths, process};
use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// The async lab: Jupyter notebooks that teach async/await in Rust.
///
/// Without a command it prepares whatever is missing and opens JupyterLab on `notebooks/`; arguments after `--` go to
/// JupyterLab.
#[derive(Debug, Parser)]
#[command(
    name = "cargo lab",
    bin_name = "cargo lab",
    version,
    disable_help_subcommand = false
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    open: open::Options,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Prepare, then open JupyterLab on `notebooks/`; arguments after `--` go to JupyterLab.
    Open(open::Options),
    /// Prepare only: toolchain, kernel, Python packages, built dependencies.
    Setup(setup::Options),
    /// Everything that must hold: Rust tests, documentation tests, notebooks through the real kernel. What a learner
    /// wrote into notebooks is left aside.
    Test(test::Options),
    /// Run notebooks on fresh kernels; fails unless every cell did what its tags say.
    Run(run::Options),
    /// Carry what is new in each solution over to its exercise, around what a learner wrote there.
    Sync(sync::Options),
    /// Run the notebooks that have changed and build the course as a site, which opens from disk without a network.
    Export(export::Options),
    /// Say which exercises are solved, or save the work and bring it back.
    Progress(progress::Options),
    /// Put notebooks back to the lab's version; yours is kept.
    Reset(reset::Options),
    /// Get the newest version of the lab; answers, notes, cells of your own and progress stay.
    Update(update::Options),
    /// Make an ordinary cargo project of a solved exercise.
    Eject(eject::Options),
    /// Serve a class: JupyterHub on this machine, with a JupyterLab for every learner.
    Class(class::Options),
    /// Time our kernel beside the stock one and Python's: minutes for each round.
    Bench(bench::Options),
    /// Write the skeleton of a new exercise, for authors of the lab.
    NewExercise(new_exercise::Options),
    /// Say what is installed, in which version, and which command installs what is missing.
    Doctor(doctor::Options),
    /// Print the Python with the packages that tests need, by the name of their requirements; tests call this.
    #[command(hide = true)]
    TestPackages { name: String },
    /// Run a program that ends with whoever started it; the command itself calls this.
    #[command(hide = true)]
    Guard {
        /// The program and its arguments.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<OsString>,
    },
    /// Be the kernel of one notebook; Jupyter calls this.
    #[command(hide = true)]
    Kernel {
        /// The file in which Jupyter says how to reach it.
        connection_file: PathBuf,
    },
    /// Become a program that ends with its parent, whose number comes first; the kernel calls this.
    #[command(hide = true)]
    Tied {
        parent: u32,
        #[command(flatten)]
        call: Call,
    },
    /// Compile the kernel's cell by cargo and a compiler that calls `record`; the kernel's cargo home calls this.
    #[command(hide = true)]
    Compile {
        rustc: PathBuf,
        #[command(flatten)]
        call: Call,
    },
    /// Record how cargo starts the compiler of a cell, and become it; the kernel's cargo home calls this.
    #[command(hide = true)]
    Record(Call),
    /// Check a crate that a cell adds, for the platform that comes first; the kernel's cargo home calls this.
    #[command(hide = true)]
    Resolve {
        host: String,
        #[command(flatten)]
        call: Call,
    },
    /// Answer the kernel's `cargo metadata`; the kernel's cargo home calls this.
    #[command(hide = true)]
    Metadata(Call),
}

/// A program, and what to hand to it.
#[derive(Debug, Args)]
struct Call {
    program: PathBuf,
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// How a command ends that has said what is wrong.
fn code(ok: bool) -> ExitCode {
    if ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Reads the command line and does what it says.
pub(crate) fn run() -> Result<ExitCode> {
    let cli = Cli::parse();
    let command = cli.command.unwrap_or(Command::Open(cli.open));
    if let Command::Guard { command } = &command
        && let Some((program, arguments)) = command.split_first()
    {
        return process::guard(program, arguments);
    }
    let paths = Paths::find()?;
    log::start(&paths)?;
    match command {
        Command::Open(options) => open::run(&paths, &options)?,
        Command::Setup(options) => setup::run(&paths, &options)?,
        Command::Test(options) => test::run(&paths, &options)?,
        Command::Run(options) => return run::run(&paths, &options).map(code),
        Command::Sync(options) => sync::run(&paths, &options)?,
        Command::Export(options) => export::run(&paths, &options)?,
        Command::Progress(options) => progress::run(&paths, &options)?,
        Command::Reset(options) => reset::run(&paths, &options)?,
        Command::Update(options) => update::run(&paths, &options)?,
        Command::Eject(options) => eject::run(&paths, &options)?,
        Command::Class(options) => class::run(&paths, &options)?,
        Command::Bench(options) => bench::run(&paths, &options)?,
        Command::NewExercise(options) => new_exercise::run(&paths, &options)?,
        Command::Doctor(options) => return doctor::run(&paths, &options).map(code),
        Command::TestPackages { name } => {
            println!("{}", packages::for_tests(&paths, &name)?.display());
        }
        Command::Guard { .. } => return Ok(ExitCode::FAILURE),
        Command::Kernel { connection_file } => return kernel::serve(&paths, &connection_file),
        Command::Tied { parent, call } => {
            match kernel::tie(parent, &call.program, &call.arguments)? {}
        }
        Command::Compile { rustc, call } => {
            return replay::cell(&rustc, &call.program, &call.arguments);
        }
        Command::Record(call) => return replay::record(&call.program, &call.arguments),
        Command::Resolve { host, call } => {
            return crates::resolve(&call.program, &host, &call.arguments);
        }
        Command::Metadata(call) => {
            return inference::answer(&paths, &call.program, &call.arguments);
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_follows_two_dashes_goes_to_jupyterlab() {
        let cli = Cli::parse_from(["cargo lab", "--", "--no-browser", "--port", "8899"]);
        assert!(cli.command.is_none());
        assert_eq!(cli.open.jupyter, ["--no-browser", "--port", "8899"]);
    }
}
