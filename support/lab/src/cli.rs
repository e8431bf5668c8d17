//! The command line.

use crate::course::Course;
use crate::export::Runs;
use crate::paths::Paths;
use crate::prepare::registration::{self, Place};
use crate::process;
use crate::sync::Mode;
use crate::{
    bench, class, compile, crates, doctor, eject, export, inference, kernel, open, prepare, reset,
    run, sync, update, verify, work,
};
use anyhow::{Result, bail};
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
    /// Handed to JupyterLab as they are.
    #[arg(last = true)]
    jupyter: Vec<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Prepare, then open JupyterLab on `notebooks/`; arguments after `--` go to JupyterLab.
    Open {
        /// Handed to JupyterLab as they are.
        #[arg(last = true)]
        jupyter: Vec<String>,
    },
    /// Prepare only: toolchain, kernel, Python packages, built dependencies.
    Setup(Setup),
    /// Everything that must hold: Rust tests, documentation tests, notebooks through the real kernel. What a learner
    /// wrote into notebooks is left aside.
    Test {
        /// Only what is about notebooks.
        #[arg(long)]
        notebooks: bool,
    },
    /// Run notebooks on fresh kernels; fails unless every cell did what its tags say.
    Run(Run),
    /// Carry what is new in each solution over to its exercise, around what a learner wrote there.
    Sync {
        /// Change nothing; fail where a notebook is not what is committed.
        #[arg(long)]
        check: bool,
        /// Bring every notebook into its committed form: no outputs, no other cells than the solution's. What was there
        /// is kept.
        #[arg(long, conflicts_with = "check")]
        tidy: bool,
    },
    /// Run the notebooks that have changed and write all as HTML pages that open from disk, without a network.
    Export {
        /// The folder to write to.
        #[arg(long, value_name = "DIR", default_value = "target/lab/site")]
        out: PathBuf,
        /// Run every notebook, also those that have not changed since they last ran.
        #[arg(long)]
        all: bool,
    },
    /// Say which exercises are solved, or save the work and bring it back.
    Progress {
        /// Write the exercises, other notebooks that you changed or made, and what is solved, into a new file.
        #[arg(long, value_name = "FILE", conflicts_with = "import")]
        export: Option<PathBuf>,
        /// Bring back what such a file holds, into whatever version of the lab this is; what was there before is kept.
        #[arg(long, value_name = "FILE")]
        import: Option<PathBuf>,
    },
    /// Put notebooks back to what the lab has; what you had is kept.
    Reset {
        /// The numbers of exercises, or names of other notebooks.
        #[arg(required = true, value_name = "N")]
        notebooks: Vec<String>,
    },
    /// Bring in the newest version of the lab; answers, notes, cells of your own and progress stay.
    Update,
    /// Make an ordinary cargo project of a solved exercise.
    Eject {
        /// The number of the exercise.
        #[arg(value_name = "N")]
        number: u32,
        /// The folder of the project, which must not hold anything yet.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Take the solution rather than the exercise.
        #[arg(long)]
        solution: bool,
    },
    /// Serve a class: JupyterHub on this machine, with a JupyterLab for every learner.
    Class(Class),
    /// Time our kernel beside the stock one and Python's: minutes for each round.
    Bench(Bench),
    /// Say what is installed, in which version, and what mends what is missing.
    Doctor,
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
    /// Become a program that ends with its parent; the kernel calls this.
    #[command(hide = true)]
    Tied {
        /// The process that starts it.
        parent: u32,
        /// The program.
        program: PathBuf,
        /// What to hand to it.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Compile the kernel's cell; the kernel's cargo home calls this.
    #[command(hide = true)]
    Compile {
        /// The cargo that compiles it otherwise.
        cargo: PathBuf,
        /// What the kernel asks of cargo.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Note how cargo starts the compiler of a cell; the kernel's cargo home calls this.
    #[command(hide = true)]
    Note {
        /// The compiler.
        rustc: PathBuf,
        /// What cargo asks of it.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Check a crate that a cell adds; the kernel's cargo home calls this.
    #[command(hide = true)]
    Resolve {
        /// The cargo to ask.
        cargo: PathBuf,
        /// The platform that cells are built for.
        host: String,
        /// What to ask it.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Answer the kernel's `cargo metadata`; the kernel's cargo home calls this.
    #[command(hide = true)]
    Metadata {
        /// The cargo to ask.
        cargo: PathBuf,
        /// What to ask it.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

/// Options of `cargo lab setup`.
#[derive(Debug, Args)]
struct Setup {
    /// Register the kernel in the active Python environment too, so that a JupyterLab that somebody else starts finds
    /// it. Binder does that.
    #[arg(long)]
    sys_prefix: bool,
    /// Register the kernel in your own folder of kernels too, where VS Code and every Jupyter of yours find it.
    #[arg(long)]
    user: bool,
    /// Take such a registration back.
    #[arg(long)]
    undo: bool,
}

impl Setup {
    fn run(&self, paths: &Paths) -> Result<()> {
        let mut places = Vec::new();
        if self.sys_prefix {
            places.push(Place::Environment);
        }
        if self.user {
            places.push(Place::User);
        }
        if self.undo {
            if places.is_empty() {
                bail!(
                    "`--undo` takes back what `--user` or `--sys-prefix` did\nhint: name one of them, too"
                );
            }
            let python = prepare::python::ensure(paths)?;
            return places
                .iter()
                .try_for_each(|&place| registration::undo(paths, &python, place));
        }
        // Before the learner writes into them, it is noted what the notebooks are.
        Course::of(paths)?;
        let tools = prepare::everything(paths)?;
        places
            .iter()
            .try_for_each(|&place| registration::elsewhere(paths, &tools, place))
    }
}

/// Options of `cargo lab run`.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The notebooks to run; folders stand for all notebooks in them.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// One line of JSON per notebook on standard output.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write a copy of each notebook with its outputs into this folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) save: Option<PathBuf>,
    /// The kernel to run on; `rust` is the stock one.
    #[arg(long, default_value = crate::paths::KERNEL)]
    pub(crate) kernel: String,
    /// Seconds that one cell may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub(crate) timeout: u64,
}

/// Options of `cargo lab class`.
#[derive(Debug, Args)]
pub(crate) struct Class {
    /// Where each learner's folder shall lie; those that are there stay as they are.
    #[arg(value_name = "DIR", required_unless_present = "trial")]
    pub(crate) folder: Option<PathBuf>,
    /// Where learners reach it. Others than this machine's own need an address such as http://:8000.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8000")]
    pub(crate) address: String,
    /// Bytes of memory that one learner may use, all notebooks together.
    #[arg(long, value_name = "BYTES", default_value_t = Class::MEMORY)]
    pub(crate) memory: u64,
    /// Serve nobody: have so many learners work at the same time, in a folder of their own, and report what they took.
    #[arg(long = "try", value_name = "LEARNERS")]
    pub(crate) trial: Option<usize>,
    /// In a trial, seconds that each learner thinks before the next cell.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 0.0,
        requires = "trial"
    )]
    pub(crate) pause: f64,
}

impl Class {
    /// Bytes that a learner gets unless told otherwise: two open notebooks, or one and its compiler at their worst.
    pub(crate) const MEMORY: u64 = 2_000_000_000;
}

/// Options of `cargo lab bench`.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// How often each kernel has its turn.
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) rounds: usize,
    /// How many short cells follow the first ones.
    #[arg(long, value_name = "N", default_value_t = 60)]
    pub(crate) cells: usize,
    /// How many kernels to start at once, for each number.
    #[arg(
        long,
        value_name = "N,…",
        value_delimiter = ',',
        default_value = "1,2,4"
    )]
    pub(crate) kernels: Vec<usize>,
    /// Print everything that was measured as JSON, rather than the table.
    #[arg(long)]
    pub(crate) json: bool,
    /// The folder for table, JSON and figures.
    #[arg(long, value_name = "DIR", default_value = "target/lab/bench/out")]
    pub(crate) out: PathBuf,
}

/// Reads the command line and does what it says.
pub(crate) fn run() -> Result<ExitCode> {
    let cli = Cli::parse();
    if let Some(Command::Guard { command }) = &cli.command
        && let Some((program, arguments)) = command.split_first()
    {
        return process::guard(program, arguments);
    }
    let paths = Paths::find()?;
    let code = |ok: bool| {
        if ok {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    };
    match cli.command.unwrap_or(Command::Open {
        jupyter: cli.jupyter,
    }) {
        Command::Open { jupyter } => {
            // Before the learner writes into them, it is noted what the notebooks are.
            Course::of(&paths)?;
            open::jupyterlab(&paths, &jupyter).map(|never| match never {})
        }
        Command::Setup(options) => options.run(&paths).map(|()| ExitCode::SUCCESS),
        Command::Test { notebooks: true } => {
            verify::only_notebooks(&paths).map(|()| ExitCode::SUCCESS)
        }
        Command::Test { notebooks: false } => {
            verify::everything(&paths).map(|()| ExitCode::SUCCESS)
        }
        Command::Run(options) => run::notebooks(&paths, &options).map(code),
        Command::Sync { check, tidy } => {
            let mode = match (check, tidy) {
                (true, _) => Mode::Check,
                (false, true) => Mode::Tidy,
                (false, false) => Mode::Carry,
            };
            sync::all(&paths, mode).map(|()| ExitCode::SUCCESS)
        }
        Command::Reset { notebooks } => {
            reset::notebooks(&paths, &notebooks).map(|()| ExitCode::SUCCESS)
        }
        Command::Update => update::checkout(&paths).map(|()| ExitCode::SUCCESS),
        Command::Export { out, all } => {
            let runs = if all { Runs::All } else { Runs::Changed };
            export::site(&paths, &out, runs).map(|()| ExitCode::SUCCESS)
        }
        Command::Progress { export, import } => {
            let progress = work::progress_file(&paths);
            let progress = progress.as_deref();
            match (export, import) {
                (Some(file), _) => work::export(&paths, progress, &file),
                (None, Some(file)) => work::import(&paths, progress, &file),
                (None, None) => work::tell(&paths, progress),
            }
            .map(|()| ExitCode::SUCCESS)
        }
        Command::Eject {
            number,
            folder,
            solution,
        } => eject::project(&paths, number, solution, &folder).map(|()| ExitCode::SUCCESS),
        Command::Class(options) => class::open(&paths, &options).map(|()| ExitCode::SUCCESS),
        Command::Bench(options) => bench::all(&paths, &options).map(|()| ExitCode::SUCCESS),
        Command::Doctor => Ok(code(doctor::report(&paths))),
        Command::Guard { .. } => Ok(ExitCode::FAILURE),
        Command::Kernel { connection_file } => kernel::serve(&paths, &connection_file),
        Command::Tied {
            parent,
            program,
            arguments,
        } => kernel::tie(parent, &program, &arguments).map(|never| match never {}),
        Command::Compile { cargo, arguments } => compile::cell(&paths, &cargo, &arguments),
        Command::Note { rustc, arguments } => {
            compile::note(&rustc, &arguments).map(|never| match never {})
        }
        Command::Resolve {
            cargo,
            host,
            arguments,
        } => crates::resolve(&cargo, &host, &arguments),
        Command::Metadata { cargo, arguments } => inference::answer(&paths, &cargo, &arguments),
    }
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
        assert_eq!(cli.jupyter, ["--no-browser", "--port", "8899"]);
    }
}
