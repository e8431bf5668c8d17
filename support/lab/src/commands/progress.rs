//! A learner's work: which exercises are solved, and what was written into notebooks.
//!
//! A session on Binder ends, and everything in it is gone. The work goes into one file ([`export`]), and from the file
//! into another checkout ([`import`]), which may be of a newer version.

mod export;
mod file;
mod import;
#[cfg(test)]
mod tests;

use crate::notebook::{
    course::{Course, name},
    record::{self, Solved},
};
use crate::system::{paths::Paths, variables};
use anyhow::{Context, Result};
use clap::Args;
use std::env;
use std::path::{Path, PathBuf};

/// Options of `cargo lab progress`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Write the exercises, other notebooks that you changed or made, and what is solved, into a new file.
    #[arg(long, value_name = "FILE", conflicts_with = "import")]
    export: Option<PathBuf>,
    /// Bring back what such a file holds, also from another version of the lab; what was there before is kept.
    #[arg(long, value_name = "FILE")]
    import: Option<PathBuf>,
}

/// Says what is solved, or saves the work, or brings it back.
pub(crate) fn run(paths: &Paths, options: &Options) -> Result<()> {
    let progress = progress_file(paths);
    let progress = progress.as_deref();
    match options {
        Options {
            export: Some(file), ..
        } => export::export(paths, progress, file),
        Options {
            import: Some(file), ..
        } => import::import(paths, progress, file),
        _ => tell(paths, progress),
    }
}

/// The file in which checks note what is solved, by the rule that `support` goes by; nothing where `LAB_PROGRESS` is
/// empty.
fn progress_file(paths: &Paths) -> Option<PathBuf> {
    record::file(env::var_os(variables::PROGRESS), Some(&paths.root))
}

fn solved(progress: Option<&Path>) -> Result<Solved> {
    progress.map_or(Ok(Solved::new()), |file| {
        record::read(file).context("the record of solved exercises could not be read")
    })
}

/// Prints which exercises are solved.
fn tell(paths: &Paths, progress: Option<&Path>) -> Result<()> {
    let solved = solved(progress)?;
    let course = Course::of(paths)?;
    let all = course.exercises();
    for inside in &all {
        let is_solved = solved.contains_key(name(inside));
        let mark = if is_solved { "solved" } else { "open" };
        println!("{mark:8}{inside}");
    }
    println!("{} of {} solved", course.solved(&solved), all.len());
    if progress.is_none() {
        println!(
            "`{}` is empty, so nothing is recorded.",
            variables::PROGRESS
        );
    }
    Ok(())
}
