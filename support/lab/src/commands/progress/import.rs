//! Brings a learner's work back from a file.
//!
//! Everything is looked at before anything is written. Then each notebook changes as a whole, after a copy of what was
//! there; a command that was cut short does the rest when it is run again.

use super::file::Work;
use super::solved;
use crate::notebook::{Notebook, course::Course, has_outputs, is_code, kept, merge, record};
use crate::system::{files, paths::Paths, variables};
use anyhow::{Context, Result};
use fs_err as fs;
use serde_json::Value;
use std::path::Path;

/// Brings back what a file holds: a notebook that this lab has, in the lab's newest text with the learner's in it; any
/// other, beside them.
pub(crate) fn import(paths: &Paths, progress: Option<&Path>, file: &Path) -> Result<()> {
    let bytes = fs::read(file)?;
    let work = Work::parse(&bytes, file)?;
    let _turn = kept::turn(paths)?;
    // Of what cannot be read, nothing could be kept.
    solved(progress)?;
    let course = Course::of(paths)?;
    let steps = steps(paths, &course, &work)?;
    let mut kept = false;
    for (inside, does) in &steps {
        kept |= does.take(paths, inside)?;
    }
    if kept {
        println!("What was there before is in `notebooks/{}`.", kept::KEPT);
    }
    let Some(progress) = progress else {
        println!(
            "`{}` is empty, so solved exercises are not recorded.",
            variables::PROGRESS
        );
        return Ok(());
    };
    let solved = record::change(progress, |solved| {
        for (exercise, second) in work.solved {
            let first = solved.entry(exercise).or_insert(second);
            *first = second.min(*first);
        }
    })
    .context("the notebooks are back, but the solved exercises could not be recorded")?;
    println!("{} exercises are solved.", course.solved(&solved));
    Ok(())
}

/// What is to be done for one notebook.
enum Does {
    /// Writes this, after a copy of what lies there; and keeps the notebook of the file where not all of it is in there.
    Write(Notebook, Option<Notebook>),
    /// Lays this beside: in its place where nothing lies there, else among the copies.
    Lay(String),
    /// Only says why.
    Leave(String),
}

/// For each notebook for which there is something to do, what that is.
fn steps(paths: &Paths, course: &Course, work: &Work) -> Result<Vec<(String, Does)>> {
    let mut steps = Vec::new();
    for (inside, json) in &work.notebooks {
        let does = match Notebook::of(json.clone()) {
            Err(error) => Some(Does::Leave(format!("in the file it is damaged ({error})"))),
            Ok(theirs) => step(paths, course, work, inside, theirs)?,
        };
        steps.extend(does.map(|does| (inside.clone(), does)));
    }
    let damaged = work.damaged.iter();
    steps.extend(damaged.map(|(inside, text)| (inside.clone(), Does::Lay(text.clone()))));
    Ok(steps)
}

fn step(
    paths: &Paths,
    course: &Course,
    work: &Work,
    inside: &String,
    saved: Notebook,
) -> Result<Option<Does>> {
    let path = paths.notebooks().join(inside);
    let here = Notebook::read(&path);
    let known = course.with_missing_exercises().contains(inside);
    let original = if known {
        course.original(inside)?
    } else {
        None
    };
    let Some(original) = original else {
        if here.is_ok_and(|here| merge::same_cells(&here, &saved)) {
            return Ok(None);
        }
        // Nothing is known of it that the learner's could be merged into.
        return Ok(Some(if known {
            Does::Write(saved, None)
        } else {
            Does::Lay(saved.text()?)
        }));
    };
    let merged = merge::notebooks(work.base(inside).as_ref(), &saved, &original);
    let mut wanted = merged.notebook;
    if let Ok(here) = here {
        if merge::same_cells(&here, &wanted) {
            return Ok(None);
        }
        with_outputs(&mut wanted, &here);
    }
    Ok(Some(Does::Write(wanted, merged.lost.then_some(saved))))
}

/// What a cell printed stays under it where the cell stays what it is.
fn with_outputs(notebook: &mut Notebook, here: &Notebook) {
    let cells = notebook.json["cells"].as_array_mut();
    for cell in cells.into_iter().flatten().filter(|cell| is_code(cell)) {
        let same = |other: &&Value| other["id"] == cell["id"] && merge::same(other, cell);
        let ran = here.cells().iter().find(same);
        if let Some(ran) = ran.filter(|cell| has_outputs(cell)) {
            cell["outputs"] = ran["outputs"].clone();
            cell["execution_count"] = ran["execution_count"].clone();
        }
    }
}

impl Does {
    /// Does it, says so, and tells whether a copy was kept.
    fn take(&self, paths: &Paths, inside: &str) -> Result<bool> {
        let path = paths.notebooks().join(inside);
        match self {
            Does::Leave(why) => {
                eprintln!("warning: notebooks/{inside} is left as it is here: {why}");
                Ok(false)
            }
            Does::Lay(text) => {
                if fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
                    return Ok(false);
                }
                if files::write_new(&path, text)? {
                    println!("notebooks/{inside}: added");
                } else {
                    let laid = kept::keep(paths, inside, text.as_bytes())?;
                    let laid = paths.shown(&laid);
                    println!(
                        "notebooks/{inside}: another notebook has this name; the one from the file is `{laid}`"
                    );
                }
                Ok(false)
            }
            Does::Write(notebook, not_all_of) => {
                if let Some(saved) = not_all_of {
                    let kept = kept::keep(paths, inside, saved.text()?.as_bytes())?;
                    println!(
                        "notebooks/{inside}: the file does not say which version of the lab it comes from; the notebook as it \
                         was saved is `{}`",
                        paths.shown(&kept)
                    );
                }
                let there = fs::read(&path).ok();
                if let Some(bytes) = &there {
                    kept::keep(paths, inside, bytes)?;
                }
                files::write(&path, notebook.text()?)?;
                println!("notebooks/{inside}: brought back");
                Ok(there.is_some())
            }
        }
    }
}
