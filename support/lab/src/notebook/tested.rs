//! What tests take for the lab's notebooks where a learner writes into the same files.
//!
//! The rule serves both who uses the lab and who writes it. A notebook that has run, or an exercise that holds an answer,
//! is a learner's: what the lab has in its place is tested, and the test says so. Anything else is tested as it lies in
//! the folder, so that an author's edit counts before it is committed. A notebook that is to the byte what git has is
//! held to the committed form as well; on a clean checkout, such as that of continuous integration, those are all.
//!
//! An exercise that was edited is tested as its solution and its own starters make it: whatever else is in it cannot be
//! the lab's. Notebooks that the lab does not know are nobody's to test.
//!
//! What is tested also lies in a folder of its own, with the crate beside it as in the checkout: for tests that use
//! JupyterLab, and to be handed out to a class.

use crate::notebook::{
    Notebook, Subject, committed,
    course::{Course, is_learners},
};
use crate::system::{files, paths::Paths};
use anyhow::{Context, Result, bail};
use fs_err as fs;
use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

/// The notebooks to test, and what was left aside.
#[derive(Debug)]
pub(crate) struct Tested {
    pub(crate) subjects: Vec<Subject>,
    /// The folder in which all of them lie, and nothing else.
    pub(crate) folder: PathBuf,
    aside: BTreeMap<Why, Vec<String>>,
    /// What is committed and not in its form.
    drifted: Vec<String>,
}

/// Why something was left aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    HasRun,
    Answered,
    Damaged,
    NotThere,
    NotTheLabs,
}

impl Why {
    fn words(self) -> &'static str {
        match self {
            Why::HasRun => "has run",
            Why::Answered => "holds answers",
            Why::Damaged => "is damaged",
            Why::NotThere => "is not there",
            Why::NotTheLabs => "is your own",
        }
    }
}

/// Finds them, and lays them into their folder.
pub(crate) fn notebooks(paths: &Paths) -> Result<Tested> {
    let course = Course::of(paths)?;
    let mut tested = Tested {
        subjects: Vec::new(),
        folder: fresh_folder(paths)?,
        aside: BTreeMap::new(),
        drifted: Vec::new(),
    };
    let mut names = course.names().to_vec();
    // An exercise is held against its solution, which therefore comes first.
    names.sort_by_key(|inside| !inside.starts_with("solutions/"));
    for inside in &names {
        let path = paths.notebooks().join(inside);
        let solution = inside.strip_prefix("exercises/").map(|name| {
            let solution = paths.notebooks().join("solutions").join(name);
            let mut known = tested.subjects.iter();
            let known = known.find(|subject| subject.path == solution);
            let problem = || format!("`notebooks/{inside}` has no solution of the same name");
            Notebook::read(&known.with_context(problem)?.file)
        });
        let solution = solution.transpose()?;
        let bytes = fs::read(&path).ok();
        if let Some(bytes) = &bytes
            && course.is_committed(inside, bytes)?
            && course.original(inside)? == Notebook::parse(bytes).ok()
        {
            match committed::drift(&path, solution.as_ref()) {
                Ok(None) => {}
                Ok(Some(drift)) => tested
                    .drifted
                    .push(format!("notebooks/{inside}: {}", drift.why)),
                Err(error) => tested.drifted.push(format!("{error:#}")),
            }
            files::write(&tested.folder.join(inside), bytes)?;
            tested.subjects.push(Subject::itself(&path));
            continue;
        }
        let found = bytes.map(|bytes| Notebook::parse(&bytes));
        let original = course.original(inside)?;
        let mut why = None;
        let taken = match (found, original) {
            (Some(Ok(found)), original) if is_learners(inside, &found) => {
                why = Some(if found.has_outputs() {
                    Why::HasRun
                } else {
                    Why::Answered
                });
                original.unwrap_or(found)
            }
            (Some(Ok(found)), _) => found,
            (Some(Err(_)), Some(original)) => {
                why = Some(Why::Damaged);
                original
            }
            (None, Some(original)) => {
                why = Some(Why::NotThere);
                original
            }
            (Some(Err(error)), None) => {
                bail!("`notebooks/{inside}` cannot be read as a notebook: {error:#}")
            }
            (None, None) => continue,
        };
        let taken = committed::tidy(&taken);
        let taken = match &solution {
            Some(solution) => committed::mirror(&committed::tidy(solution), &taken)?,
            None => taken,
        };
        if let Some(why) = why {
            tested.aside.entry(why).or_default().push(inside.clone());
        }
        let file = tested.folder.join(inside);
        files::write(&file, taken.text()?)?;
        tested.subjects.push(Subject { path, file });
    }
    tested
        .subjects
        .sort_by(|one, other| one.path.cmp(&other.path));
    let strays = course.strays()?;
    if !strays.is_empty() {
        tested.aside.insert(Why::NotTheLabs, strays);
    }
    Ok(tested)
}

/// An empty folder for notebooks, with the crate where they look for it.
fn fresh_folder(paths: &Paths) -> Result<PathBuf> {
    let around = paths.state().join("tested");
    let folder = around.join("notebooks");
    files::remove(&around)?;
    fs::create_dir_all(&folder)?;
    symlink(paths.root.join("support"), around.join("support"))?;
    Ok(folder)
}

/// So many names are said, of more only their number.
const NAMED: usize = 4;

impl Tested {
    /// Fails where something that is committed is not in its form.
    pub(crate) fn assert_in_form(&self) -> Result<()> {
        if !self.drifted.is_empty() {
            bail!(
                "notebooks have drifted:\n  {}\nhint: `cargo lab sync --tidy` brings them back",
                self.drifted.join("\n  ")
            );
        }
        Ok(())
    }

    /// What was left aside, in a line; nothing where there is nothing.
    pub(crate) fn aside(&self) -> Option<String> {
        let groups = self.aside.iter().map(|(why, names)| {
            let mut list = names.clone();
            list.sort();
            if list.len() > NAMED {
                return format!("{} of which each {}", list.len(), why.words());
            }
            let with = |name: &String| format!("`{name}` ({})", why.words());
            list.iter().map(with).collect::<Vec<_>>().join(", ")
        });
        let groups: Vec<String> = groups.collect();
        (!groups.is_empty()).then(|| {
            format!(
                "What is yours in notebooks was left aside, and the lab's own was tested in its place: {}.",
                groups.join("; ")
            )
        })
    }
}

#[cfg(test)]
mod tests;
