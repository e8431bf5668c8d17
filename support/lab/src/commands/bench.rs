//! Measures our kernel beside the stock one, and beside Python's.
//!
//! The same cells run on each, alternately and several times, so that what the machine does besides falls on all of them.

mod cells;
mod report;

use crate::jupyter::{self, packages};
use crate::prepare::{self, Tools, plain_crate};
use crate::system::{
    files,
    paths::{KERNEL, Paths},
    process,
    step::Step,
    variables,
};
use anyhow::{Context, Result, bail};
use clap::Args;
use fs_err as fs;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What is measured, in the order in which it takes its turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    /// evcxr as it is, with an ordinary crate: what each cell uses of it is linked into that cell.
    Plain,
    /// evcxr as it is, with our crate, which is linked once.
    Stock,
    /// Ours, from its start.
    Lab,
    /// Ours, started before the notebook was opened.
    Ahead,
    /// ipykernel, with matplotlib.
    Python,
}

impl Kind {
    const ALL: [Kind; 5] = [
        Kind::Plain,
        Kind::Stock,
        Kind::Lab,
        Kind::Ahead,
        Kind::Python,
    ];

    fn name(self) -> &'static str {
        match self {
            Kind::Plain => "stock, plain crate",
            Kind::Stock => "stock evcxr",
            Kind::Lab => "async lab",
            Kind::Ahead => "async lab, ahead",
            Kind::Python => "ipykernel",
        }
    }

    /// As Jupyter knows it.
    fn kernel(self) -> &'static str {
        match self {
            Kind::Plain | Kind::Stock => "rust",
            Kind::Lab | Kind::Ahead => KERNEL,
            Kind::Python => "python-bench",
        }
    }
}

/// One run of the cells, on some kernels at once.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Run {
    sessions: Vec<Session>,
    /// Bytes of memory that all kernels take together when their cells are done.
    rest: f64,
    /// The most that they took with their compilers.
    peak: f64,
}

/// What one kernel took, in seconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Session {
    /// From its start until it answered.
    ready: f64,
    /// From its start until the first figure was there.
    figure: Option<f64>,
    /// From its start until each cell had its result.
    results: Vec<f64>,
    /// For each cell.
    cells: Vec<f64>,
}

/// A run, and what was run.
#[derive(Debug, Clone, Serialize)]
struct Measured {
    kind: Kind,
    /// How many kernels at once.
    kernels: usize,
    /// From the start of the kernels to their first cell, where it was made to wait.
    wait: u32,
    #[serde(flatten)]
    run: Run,
}

/// Options of `cargo lab bench`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How often each kernel has its turn.
    #[arg(long, value_name = "N", default_value_t = 3)]
    rounds: usize,
    /// How many short cells follow the first ones.
    #[arg(long, value_name = "N", default_value_t = 60)]
    cells: usize,
    /// How many kernels to start at once, for each number.
    #[arg(
        long,
        value_name = "N,…",
        value_delimiter = ',',
        default_value = "1,2,4"
    )]
    kernels: Vec<usize>,
    /// Print everything that was measured as JSON, rather than the table.
    #[arg(long)]
    json: bool,
    /// The folder for table, JSON and figures.
    #[arg(long, value_name = "DIR", default_value = "target/lab/bench/out")]
    out: PathBuf,
}

/// Measures, prints a table or JSON, and writes both and the figures into a folder.
pub(crate) fn run(paths: &Paths, options: &Options) -> Result<()> {
    let tools = prepare::everything(paths)?;
    fs::create_dir_all(&options.out)?;
    let out = options.out.canonicalize()?;
    let plain = paths.state().join("bench/plain");
    files::remove(&plain)?;
    plain_crate::write(paths, &plain)?;
    let bench = Bench {
        paths,
        tools: &tools,
        specifications: register(paths, &tools)?,
        plain: plain.join("support"),
        // Where a kernel is started ahead.
        folder: paths.notebooks().join("exercises"),
        cells: out.clone(),
    };
    let mut measured = Vec::new();
    for round in 1..=options.rounds {
        for kind in Kind::ALL {
            // A cell of it takes seconds.
            let most = if kind == Kind::Plain { 12 } else { usize::MAX };
            let what = format!("Round {round} of {}: {}", options.rounds, kind.name());
            measured.push(bench.run(&what, kind, 1, 0, options.cells.min(most))?);
        }
        let what = format!("Round {round}: async lab, 25 s after its start");
        measured.push(bench.run(&what, Kind::Lab, 1, 25, 0)?);
    }
    for &kernels in options.kernels.iter().filter(|kernels| **kernels > 1) {
        for kind in [Kind::Stock, Kind::Lab, Kind::Python] {
            let what = format!("{kernels} kernels at once: {}", kind.name());
            measured.push(bench.run(&what, kind, kernels, 0, 0)?);
        }
    }
    let report = report::Report::new(&measured);
    let json = serde_json::to_string_pretty(&serde_json::json!({
        "machine": report::machine(),
        "summary": report,
        "runs": measured,
    }))?;
    fs::write(out.join("bench.json"), &json)?;
    fs::write(out.join("bench.txt"), report.table())?;
    report::draw(paths, &tools, &report, &out)?;
    if options.json {
        println!("{json}");
    } else {
        print!("{}", report.table());
    }
    eprintln!("Table, JSON and figures are in {}", paths.shown(&out));
    Ok(())
}

struct Bench<'a> {
    paths: &'a Paths,
    tools: &'a Tools,
    /// Where Jupyter finds the other kernels.
    specifications: PathBuf,
    /// The crate that notebooks call, as an ordinary one, which is linked into whatever uses it.
    plain: PathBuf,
    /// Where the kernels run.
    folder: PathBuf,
    /// Where the cells are written.
    cells: PathBuf,
}

impl Bench<'_> {
    fn run(
        &self,
        what: &str,
        kind: Kind,
        kernels: usize,
        wait: u32,
        more: usize,
    ) -> Result<Measured> {
        let step = Step::start(what);
        let support = if kind == Kind::Plain {
            &self.plain
        } else {
            &self.paths.root.join("support")
        };
        let cells = cells::of(kind, support, more);
        let file = self.cells.join("cells.json");
        fs::write(&file, serde_json::to_string(&cells)?)?;
        // The stock kernel builds in a folder of its own, and leaves it behind when it is ended.
        let scratch = self.specifications.join("scratch");
        files::empty_folder(&scratch)?;
        let mut command = jupyter::command(self.paths, &self.tools.python);
        command
            .env("TMPDIR", &scratch)
            .env("JUPYTER_PATH", &self.specifications)
            .env(variables::PROGRESS, "")
            .env_remove(variables::PRESTART)
            .arg(self.paths.assets().join("bench.py"))
            .args(["--kernel", kind.kernel(), "--kernels", &kernels.to_string()])
            .args(["--wait", &wait.to_string(), "--cells"])
            .arg(&file)
            .arg("--folder")
            .arg(&self.folder)
            .current_dir(&self.cells);
        if kind == Kind::Ahead {
            command.env(variables::PRESTART, "1");
        }
        let output = process::output(&mut command)?;
        let _ = fs::remove_dir_all(&scratch);
        let said = String::from_utf8_lossy(&output.stdout);
        let line = said.lines().find(|line| line.starts_with("{\"sessions\""));
        let (true, Some(line)) = (output.status.success(), line) else {
            bail!(
                "{what}: the kernel could not be measured:\n{}",
                process::tail(&output.stderr)
            );
        };
        let run: Run = serde_json::from_str(line).context("the answer has another form")?;
        let figures: Vec<_> = run.sessions.iter().filter_map(|one| one.figure).collect();
        step.done(&format!(
            "first figure after {:.1} s",
            report::median(&figures)
        ));
        Ok(Measured {
            kind,
            kernels,
            wait,
            run,
        })
    }
}

/// Registers the stock kernel and one of Python, for the time of the measurement; returns what goes into `JUPYTER_PATH`.
fn register(paths: &Paths, tools: &Tools) -> Result<PathBuf> {
    let folder = paths.state().join("bench");
    process::checked_stdout(
        process::command(&tools.evcxr)
            .arg("--install")
            .env("JUPYTER_PATH", &folder),
    )?;
    let python = packages::with(paths, &folder.join("venv"), &tools.python, "bench", &[])?;
    let kernel = folder.join("kernels").join(Kind::Python.kernel());
    let specification = serde_json::json!({
        "argv": [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python",
        "language": "python",
    });
    files::write_json(&kernel.join("kernel.json"), &specification)?;
    Ok(folder)
}
