//! A learner's work: which exercises are solved, and what was written into notebooks.
//!
//! A session on Binder ends, and everything in it is gone. The work goes into one file ([`export()`]), and from the file
//! into another checkout ([`import()`]), which may be of a newer version.

mod export;
mod file;
mod import;
#[cfg(test)]
mod tests;

pub(crate) use export::export;
pub(crate) use import::import;

use crate::course::{Course, name};
use crate::paths::Paths;
use crate::record::{self, Solved};
use anyhow::{Context, Result};
use std::env;
use std::path::{Path, PathBuf};

/// The file in which checks note what is solved, by the rule that `support` goes by; nothing where `LAB_PROGRESS` is
/// empty.
pub(crate) fn progress_file(paths: &Paths) -> Option<PathBuf> {
    record::file(env::var_os(record::VARIABLE), Some(&paths.root))
}

fn solved(progress: Option<&Path>) -> Result<Solved> {
    progress.map_or(Ok(Solved::new()), |file| {
        record::read(file).context("it cannot be told what is solved")
    })
}

/// Prints which exercises are solved.
pub(crate) fn tell(paths: &Paths, progress: Option<&Path>) -> Result<()> {
    let solved = solved(progress)?;
    let course = Course::of(paths)?;
    let all = course.exercises();
    let is_solved = |inside: &&String| solved.contains_key(name(inside));
    for inside in &all {
        let mark = if is_solved(&inside) { "solved" } else { "open" };
        println!("{mark:8}{inside}");
    }
    println!("{} of {} solved", course.solved(&solved), all.len());
    if progress.is_none() {
        println!("`{}` is empty, so nothing is noted.", record::VARIABLE);
    }
    Ok(())
}
