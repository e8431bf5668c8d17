//! Which notebooks are the lab's, and what they say before a learner writes into them.
//!
//! Learners write into the very files that the lab consists of. Where there is git, it knows both: the names, and the
//! text that it holds. Where there is none, as in an unpacked archive, the first command keeps a copy in `.original`.
//!
//! A learner may commit, too. A version that git holds and that has run, or holds answers, is a learner's; then the last
//! one counts that is also upstream's.

use crate::notebook::{
    self, Notebook, committed, is_answer,
    kept::KEPT,
    record::{self, Solved},
};
use crate::system::{
    files,
    git::{Git, INDEX},
    paths::Paths,
};
use anyhow::{Context, Result, bail};
use fs_err as fs;
use std::path::{Path, PathBuf};

/// The notebooks of the lab.
#[derive(Debug)]
pub(crate) struct Course {
    root: PathBuf,
    git: Option<Git>,
    /// Where each lies among the notebooks, in order.
    names: Vec<String>,
}

impl Course {
    /// The course of a checkout. The first time, without git, its notebooks are copied: what is there then is the lab's.
    pub(crate) fn of(paths: &Paths) -> Result<Self> {
        let git = Git::of(&paths.root)?;
        let mut course = Course {
            root: paths.root.clone(),
            git,
            names: Vec::new(),
        };
        course.names = match &course.git {
            Some(git) => {
                let files = git.files("notebooks")?;
                let inside = files
                    .iter()
                    .filter_map(|path| path.strip_prefix("notebooks/"));
                inside
                    .filter(|inside| is_ours(inside))
                    .map(str::to_owned)
                    .collect()
            }
            None => {
                let original = course.original_folder();
                copy(paths, &original)?;
                below(&original)?
            }
        };
        // A new solution belongs to the lab before git knows it, and so does its exercise, which may be still to be made.
        for inside in below(&paths.notebooks())? {
            let number = number_of(&inside, "solutions");
            let known = |name: &String| number_of(name, "solutions") == number;
            if number.is_some() && !course.names.iter().any(known) {
                let exercise = inside.replacen("solutions/", "exercises/", 1);
                if paths.notebooks().join(&exercise).exists() {
                    course.names.push(exercise);
                }
                course.names.push(inside);
            }
        }
        course.names.sort();
        Ok(course)
    }

    /// Where the notebooks of the lab lie among the notebooks, such as `exercises/1_first_async_function.ipynb`.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The exercises, of which solutions are the measure.
    pub(crate) fn exercises(&self) -> Vec<String> {
        let names = record::exercises(&self.root.join("notebooks"));
        names
            .into_iter()
            .map(|name| format!("exercises/{name}.ipynb"))
            .collect()
    }

    /// The notebooks of the lab, and the exercises that solutions have and the folder has not.
    pub(crate) fn with_missing_exercises(&self) -> Vec<String> {
        let mut all = self.names.clone();
        all.extend(self.exercises());
        all.sort();
        all.dedup();
        all
    }

    /// How many of the exercises are solved. Other names may be noted, too, from another version of the lab.
    pub(crate) fn solved(&self, solved: &Solved) -> usize {
        let exercises = self.exercises();
        let noted = exercises
            .iter()
            .filter(|inside| solved.contains_key(name(inside)));
        noted.count()
    }

    /// The notebooks that lie among the lab's and are the learner's own: copies, new ones, those that commands kept.
    pub(crate) fn strays(&self) -> Result<Vec<String>> {
        let ours = self.with_missing_exercises();
        let mut strays = below(&self.root.join("notebooks"))?;
        strays.retain(|inside| !ours.contains(inside));
        Ok(strays)
    }

    /// The notebook of the lab that somebody names: by a number, an exercise; else by its name or path.
    pub(crate) fn named(&self, name: &str) -> Result<String> {
        let plain = name.trim_start_matches("./").trim_end_matches(".ipynb");
        let plain = plain.strip_prefix("notebooks/").unwrap_or(plain);
        let known = |inside: &&String| {
            let bare = inside.trim_end_matches(".ipynb");
            let last = bare.rsplit('/').next().unwrap_or(bare);
            let number = number_of(inside, "exercises").map(|number| number.to_string());
            bare == plain
                || number.as_deref() == Some(plain)
                || (last == plain && !bare.starts_with("solutions/"))
        };
        self.names.iter().find(known).cloned().with_context(|| {
            format!(
                "the lab has no notebook `{name}`\nhint: give the number of an exercise, or a name such as `start_here`"
            )
        })
    }

    /// A notebook as the lab has it; nothing where only the folder knows it, or what is known is damaged.
    pub(crate) fn original(&self, inside: &str) -> Result<Option<Notebook>> {
        let Some(git) = &self.git else {
            let path = self.original_folder().join(inside);
            return Ok(Notebook::read(&path).ok());
        };
        let path = format!("notebooks/{inside}");
        let at = |commit: &str| -> Result<Option<Notebook>> {
            let bytes = git.show(commit, &path)?;
            Ok(bytes.and_then(|bytes| Notebook::parse(&bytes).ok()))
        };
        // While git merges, its index has several versions, and none.
        let known = match at(INDEX)? {
            Some(known) => Some(known),
            None => at("HEAD")?,
        };
        match known {
            Some(known) if is_learners(inside, &known) => {
                let common = git
                    .upstream()
                    .and_then(|upstream| git.common("HEAD", &upstream));
                let before = common.map_or(Ok(None), |commit| at(&commit))?;
                Ok(before.or(Some(known)))
            }
            known => Ok(known),
        }
    }

    /// Whether a file is, to the byte, what git has.
    pub(crate) fn is_committed(&self, inside: &str, bytes: &[u8]) -> Result<bool> {
        let Some(git) = &self.git else {
            return Ok(false);
        };
        let known = git.show(INDEX, &format!("notebooks/{inside}"))?;
        Ok(known.as_deref() == Some(bytes))
    }

    fn original_folder(&self) -> PathBuf {
        self.root.join(".original")
    }
}

/// Whether a notebook is in a state that only its use leaves behind: it has run, or it is an exercise with an answer.
pub(crate) fn is_learners(inside: &str, notebook: &Notebook) -> bool {
    notebook.has_outputs()
        || (inside.starts_with("exercises/") && notebook.cells().iter().any(is_answer))
}

/// The name under which an exercise is noted: that of its notebook.
pub(crate) fn name(inside: &str) -> &str {
    let last = inside.rsplit('/').next().unwrap_or(inside);
    last.trim_end_matches(".ipynb")
}

/// The number of a notebook in a folder whose notebooks have numbers.
fn number_of(inside: &str, folder: &str) -> Option<u32> {
    let name = inside.strip_prefix(folder)?.strip_prefix('/')?;
    record::number(name.strip_suffix(".ipynb")?)
}

/// Whether the name is one that the lab gives. Jupyter's own, for copies and new notebooks, have capitals.
fn is_ours(inside: &str) -> bool {
    let plain = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '_' | '/');
    !inside.starts_with(&format!("{KEPT}/"))
        && inside
            .strip_suffix(".ipynb")
            .is_some_and(|name| name.chars().all(plain))
}

/// Where the notebooks in a folder lie in it.
fn below(folder: &Path) -> Result<Vec<String>> {
    if !folder.is_dir() {
        bail!(
            "`{}` is not there\nhint: this command works on a checkout of the lab",
            folder.display()
        );
    }
    let found = notebook::below(folder)?;
    let inside = |path: &PathBuf| {
        let inside = path.strip_prefix(folder).unwrap_or(path);
        inside.to_string_lossy().into_owned()
    };
    Ok(found.iter().map(inside).collect())
}

/// Copies the notebooks that the lab has, unless that was done, as they are without outputs: all of them, or none.
fn copy(paths: &Paths, to: &Path) -> Result<()> {
    if to.exists() {
        return Ok(());
    }
    fs::create_dir_all(paths.state())?;
    let _turn = files::lock(
        &paths.state().join("original.lock"),
        "another command that copies the notebooks",
    )?;
    if to.exists() {
        return Ok(());
    }
    let notebooks = &paths.notebooks();
    let part = to.with_extension("part");
    files::empty_folder(&part)?;
    for inside in below(notebooks)?.iter().filter(|inside| is_ours(inside)) {
        let paired = ["exercises", "solutions"]
            .into_iter()
            .find(|folder| inside.starts_with(&format!("{folder}/")));
        if paired.is_some_and(|folder| number_of(inside, folder).is_none()) {
            continue;
        }
        // A damaged one has nothing to go back to.
        if let Ok(notebook) = Notebook::read(&notebooks.join(inside)) {
            files::write(&part.join(inside), committed::tidy(&notebook).text()?)?;
        }
    }
    Ok(fs::rename(&part, to)?)
}
