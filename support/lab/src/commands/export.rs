//! Runs notebooks and builds the course as a site, which opens from disk and asks nothing of any network.
//!
//! A notebook that has run stays run: it runs again once it, `support`, the compiler or the kernel has changed. The pages
//! are made from the copies with outputs, by Sphinx (see [`site`]).

pub(crate) mod site;

use crate::commands::run::report;
use crate::notebook::{
    Subject,
    course::Course,
    run::{self, How, Outcome},
};
use crate::prepare::{self, Tools, key};
use crate::system::{
    files,
    paths::{KERNEL, Paths},
    step::Step,
    variables,
};
use anyhow::{Context, Result, bail};
use clap::Args;
use fs_err as fs;
use site::Warnings;
use std::env;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Which notebooks to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runs {
    All,
    /// Those that are not what they were when they last ran.
    Changed,
}

/// Options of `cargo lab export`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The folder to write to.
    #[arg(long, value_name = "DIR", default_value = "target/lab/site")]
    out: PathBuf,
    /// Run every notebook, also those that have not changed since they last ran.
    #[arg(long)]
    all: bool,
    /// Leave the solutions out.
    #[arg(long)]
    without_solutions: bool,
}

/// Writes the site. A notebook that fails is not exported.
pub(crate) fn run(paths: &Paths, options: &Options) -> Result<()> {
    let out = &options.out;
    let runs = if options.all {
        Runs::All
    } else {
        Runs::Changed
    };
    let tools = prepare::everything(paths)?;
    let python = site::python(paths, &tools)?;
    let (mut found, strays) = in_folder(paths)?;
    if options.without_solutions {
        found.retain(|subject| !paths.inside(&subject.path).starts_with("solutions"));
    }
    let outcomes = executed(paths, &tools, &found, runs)?;
    if !strays.is_empty() {
        eprintln!(
            "Left out, since they are not the lab's: {}.",
            strays.join(", ")
        );
    }
    let failed = |subject: &Subject| {
        let is_its = |outcome: &&Outcome| outcome.path == subject.path && !outcome.ok;
        outcomes.iter().any(|outcome| is_its(&outcome))
    };
    let (failed, shown): (Vec<_>, Vec<_>) = found.into_iter().partition(failed);
    site::build(paths, &python, &shown, out, Warnings::Told)?;
    if !failed.is_empty() {
        let failed = failed.iter().map(|subject| paths.shown(&subject.path));
        bail!(
            "these notebooks failed and were not exported:\n  {}",
            failed
                .map(|path| path.to_string())
                .collect::<Vec<_>>()
                .join("\n  ")
        );
    }
    eprintln!(
        "The site begins with `{}`.",
        out.join("index.html").display()
    );
    Ok(())
}

/// The lab's notebooks as they lie in the folder, answers and all, and the names of others there.
fn in_folder(paths: &Paths) -> Result<(Vec<Subject>, Vec<String>)> {
    let course = Course::of(paths)?;
    let there = course
        .names()
        .iter()
        .map(|inside| paths.notebooks().join(inside));
    let found = there
        .filter(|path| path.exists())
        .map(|path| Subject::itself(&path))
        .collect();
    Ok((found, course.strays()?))
}

/// Bytes of memory that a kernel takes with its compiler.
const KERNEL_MEMORY: u64 = 1 << 30;

/// How many notebooks run at the same time: each keeps one core busy.
fn workers(notebooks: usize, cores: usize, free: Option<u64>) -> usize {
    let room = free.map_or(2, |bytes| bytes / KERNEL_MEMORY);
    cores
        .min(usize::try_from(room).unwrap_or(usize::MAX))
        .min(notebooks)
        .max(1)
}

/// Bytes of memory that are free, where the system tells.
fn available_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// Runs notebooks and keeps the copies with outputs; tells how those that ran went, in their order.
pub(crate) fn executed(
    paths: &Paths,
    tools: &Tools,
    found: &[Subject],
    runs: Runs,
) -> Result<Vec<Outcome>> {
    let prepared = key::name(paths, &tools.context)?;
    let step = Mutex::new(Step::counting("Notebooks", found.len() as u64));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some(subject) = found.get(next.fetch_add(1, Ordering::Relaxed)) {
            let outcome = one(paths, tools, subject, &prepared, runs)?;
            if let Ok(mut step) = step.lock() {
                if let Some(outcome) = &outcome {
                    step.above(|| report(outcome));
                }
                step.advance(&paths.shown(&subject.path).to_string());
            }
            done.extend(outcome);
        }
        Ok(done)
    };
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let done: Result<Vec<Vec<Outcome>>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers(found.len(), cores, available_memory()))
            .map(|_| scope.spawn(work))
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    let mut outcomes: Vec<_> = done?.into_iter().flatten().collect();
    outcomes.sort_by_key(|outcome| {
        found
            .iter()
            .position(|subject| subject.path == outcome.path)
    });
    if let Ok(step) = step.into_inner() {
        step.done(&format!(
            "{} ran, {} had run before",
            outcomes.len(),
            found.len() - outcomes.len()
        ));
    }
    Ok(outcomes)
}

/// Runs one notebook where that is due; nothing is told of one that did not run.
fn one(
    paths: &Paths,
    tools: &Tools,
    subject: &Subject,
    prepared: &str,
    runs: Runs,
) -> Result<Option<Outcome>> {
    let path = &subject.path;
    let saved = site::source(paths).join(paths.inside(path));
    let state = saved.with_extension("state");
    let now = state_of(&subject.file, prepared)?;
    let unchanged = saved.exists() && fs::read_to_string(&state).is_ok_and(|known| known == now);
    if runs == Runs::Changed && unchanged {
        return Ok(None);
    }
    // Until it has run to its end, it has not run.
    let _ = fs::remove_file(&state);
    let folder = saved.parent().context("it lies in a folder")?;
    fs::create_dir_all(folder)?;
    let how = How {
        python: &tools.python,
        kernel: KERNEL,
        timeout: 120,
    };
    let outcome = run::one(paths, subject, how, Some(&saved))?;
    if outcome.ok {
        fs::write(&state, now)?;
    }
    Ok(Some(outcome))
}

/// Everything that the outputs of a notebook depend on, in a line.
fn state_of(path: &Path, prepared: &str) -> Result<String> {
    // Saving it counts as a change, as it does for make.
    let modified = path.metadata()?.modified().ok();
    let number = files::hash((fs::read(path)?, modified, env::var_os(variables::API)));
    Ok(format!("{number:016x} {prepared}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_always_a_worker_and_never_an_idle_one() {
        assert_eq!(workers(1, 8, None), 1);
        assert_eq!(workers(9, 8, None), 2);
        assert_eq!(workers(9, 2, Some(16 * KERNEL_MEMORY)), 2);
        assert_eq!(workers(9, 8, Some(3 * KERNEL_MEMORY)), 3);
        assert_eq!(workers(9, 8, Some(KERNEL_MEMORY / 2)), 1);
    }

    #[test]
    fn a_notebook_that_was_saved_or_whose_crates_changed_is_another() {
        let scratch = tempfile::tempdir().expect("a folder");
        let path = scratch.path().join("a.ipynb");
        fs::write(&path, "{}").expect("written");
        let before = state_of(&path, "1").expect("read");
        assert_eq!(before, state_of(&path, "1").expect("read"));
        assert_ne!(before, state_of(&path, "2").expect("read"));
        fs::write(&path, "{ }").expect("written");
        assert_ne!(before, state_of(&path, "1").expect("read"));
    }
}
