//! Keeps each exercise true to its solution, and notebooks in the form in which they are committed.
//!
//! A solution is the source of truth. Its exercise has the same cells but for those tagged `exercise`, which hold the
//! learner's starter (see [`crate::notebook::committed`]).
//!
//! Authors and learners write into the same files. So what a solution has new is merged into its exercise, around
//! whatever a learner wrote there; only `--tidy` takes away, and keeps a copy.

mod badge;

use crate::notebook::{
    EXERCISE, Notebook,
    committed::{drift_in_folder, mirror, solution_of, tidy},
    course::{Course, is_learners},
    first_line, has_tag, is_answer, kept, merge,
};
use crate::system::{files, paths::Paths};
use anyhow::{Result, bail};
use clap::Args;
use fs_err as fs;

/// What to do where notebooks are not what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Merge what solutions have new into their exercises, and touch nothing else.
    Carry,
    /// Bring every notebook of the lab into its committed form, and keep a copy of what was there.
    Tidy,
    /// Change nothing, and fail.
    Check,
}

/// Options of `cargo lab sync`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Change nothing; fail where a notebook is not what is committed.
    #[arg(long)]
    check: bool,
    /// Bring every notebook into its committed form: no outputs, no other cells than the solution's. What was there
    /// is kept.
    #[arg(long, conflicts_with = "check")]
    tidy: bool,
}

/// Does what the options say.
pub(crate) fn run(paths: &Paths, options: &Options) -> Result<()> {
    let mode = match options {
        Options { check: true, .. } => Mode::Check,
        Options { tidy: true, .. } => Mode::Tidy,
        _ => Mode::Carry,
    };
    all(paths, mode)
}

/// Looks at every notebook of the lab. One that is damaged is told at the end and does not keep the others waiting.
fn all(paths: &Paths, mode: Mode) -> Result<()> {
    let _turn = match mode {
        Mode::Check => None,
        Mode::Carry | Mode::Tidy => Some(kept::turn(paths)?),
    };
    let course = Course::of(paths)?;
    let mut wrong = Vec::new();
    for inside in course.with_missing_exercises() {
        let done = match mode {
            Mode::Carry => carry(paths, &course, &inside),
            Mode::Tidy => bring_back(paths, &course, &inside),
            Mode::Check => is_to_be_committed(paths, &inside),
        };
        match (done, mode) {
            (Ok(Some(why)), Mode::Check) => wrong.push(format!("notebooks/{inside}: {why}")),
            (Ok(Some(what)), _) => eprintln!("notebooks/{inside}: {what}"),
            (Ok(None), _) => {}
            (Err(error), _) => wrong.push(format!("{error:#}")),
        }
    }
    match (badge::missing(paths), mode) {
        (Ok(Some(_)), Mode::Check) => {
            wrong.push("README.md: its badge is not that of `repository` in Cargo.toml".to_owned());
        }
        (Ok(Some(readme)), _) => {
            files::write(&paths.root.join("README.md"), readme)?;
            eprintln!("README.md: its badge is that of `repository` in Cargo.toml");
        }
        (Ok(None), _) => {}
        (Err(error), _) => wrong.push(format!("{error:#}")),
    }
    if wrong.is_empty() {
        eprintln!("Notebooks are in sync.");
        return Ok(());
    }
    let list = wrong.join("\n  ");
    if mode == Mode::Check {
        bail!(
            "notebooks have drifted:\n  {list}\n\
             hint: an author puts them in order by `cargo lab sync --tidy`, which keeps a copy; a learner's are fine as they are"
        );
    }
    bail!(
        "these were left as they are:\n  {list}\nhint: `cargo lab reset NAME` puts a notebook back, and keeps what was there"
    )
}

/// What keeps a notebook from being committed as it is.
fn is_to_be_committed(paths: &Paths, inside: &str) -> Result<Option<String>> {
    if let Some(drift) = drift_in_folder(paths, inside)? {
        return Ok(Some(drift.why));
    }
    if !inside.starts_with("exercises/") {
        return Ok(None);
    }
    let exercise = Notebook::read(&paths.notebooks().join(inside))?;
    let answer = exercise.cells().iter().find(|cell| is_answer(cell));
    Ok(answer.map(|cell| {
        format!(
            "the cell that begins with `{}` holds an answer, and no `todo!`",
            first_line(cell)
        )
    }))
}

/// Merges what the solution has new into an exercise.
fn carry(paths: &Paths, course: &Course, inside: &str) -> Result<Option<String>> {
    let Some(mut solution) = solution_of(paths, inside)? else {
        return Ok(None);
    };
    let its = inside.replacen("exercises/", "solutions/", 1);
    let mut said = Vec::new();
    if is_learners(&its, &solution)
        && let Some(original) = course.original(&its)?
    {
        if !merge::same_cells(&original, &solution) {
            said.push(
                "its solution has outputs, so what you changed there is taken for your own and is not carried over; an author \
                 clears outputs by `cargo lab sync --tidy`"
                    .to_owned(),
            );
        }
        // What a learner added to it is no news.
        solution = original;
    }
    let solution = tidy(&solution);
    let path = paths.notebooks().join(inside);
    if !path.exists() {
        files::write(&path, mirror(&solution, &Notebook::with([]))?.text()?)?;
        return Ok(Some("made from its solution".to_owned()));
    }
    let mine = Notebook::read(&path)?;
    let original = course.original(inside)?;
    let wanted = mirror(&solution, original.as_ref().unwrap_or(&mine))?;
    let merged = merge::notebooks(original.as_ref(), &mine, &wanted);
    let changed = !merge::same_cells(&merged.notebook, &mine)
        || merged.notebook.json["metadata"] != mine.json["metadata"];
    if changed {
        if merged.lost {
            let kept = kept::keep(paths, inside, mine.text()?.as_bytes())?;
            said.push(format!("what was there is in `{}`", paths.shown(&kept)));
        }
        files::write(&path, merged.notebook.text()?)?;
        said.insert(0, "has what is new in its solution".to_owned());
    }
    let left = merged.notebook.cells().iter().find(|cell| {
        let mut theirs = wanted.cells().iter();
        let other = theirs.find(|other| other["id"] == cell["id"]);
        !has_tag(cell, EXERCISE) && other.is_some_and(|other| !merge::same(cell, other))
    });
    if let Some(cell) = left {
        said.push(format!(
            "the cell that begins with `{}` differs from the solution's, and was left as it is",
            first_line(cell)
        ));
    }
    Ok((!said.is_empty()).then(|| said.join("; ")))
}

/// Writes a notebook in its committed form, whatever is in it now. Git has what is committed; anything else is kept.
fn bring_back(paths: &Paths, course: &Course, inside: &str) -> Result<Option<String>> {
    let Some(drift) = drift_in_folder(paths, inside)? else {
        return Ok(None);
    };
    let path = paths.notebooks().join(inside);
    let mut said = drift.why;
    if let Ok(bytes) = fs::read(&path)
        && !course.is_committed(inside, &bytes)?
    {
        let kept = kept::keep(paths, inside, &bytes)?;
        said = format!("{said}; what was there is in `{}`", paths.shown(&kept));
    }
    files::write(&path, drift.wanted.text()?)?;
    Ok(Some(said))
}

#[cfg(test)]
mod tests;
