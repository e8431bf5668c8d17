//! Which exercises the learner has solved, kept in a small file at the top of the checkout.
//!
//! The file is `.progress.json`: exercise to the time of its first pass, in seconds since 1970. A solution notebook
//! that passes is not the learner's work and is not noted. `LAB_PROGRESS` names another file, or, left empty, none; the
//! lab's kernel sets it to the file of its checkout. Without it the checkout is looked for upwards from the current
//! folder: checkouts are copied and moved, so nothing about them is compiled in.

mod record;

use crate::display::{Rich, escape, in_kernel};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fmt, io};

/// Exercise to the second (since 1970) in which it was first solved.
pub type Solved = std::collections::BTreeMap<String, u64>;

/// The progress file of this checkout; nothing where `LAB_PROGRESS` is empty, or unset outside a checkout.
pub fn file() -> Option<PathBuf> {
    let here = env::current_dir().unwrap_or_default();
    record::file(env::var_os("LAB_PROGRESS"), checkout(&here))
}

/// The nearest folder from `here` upwards that holds both notebooks and this crate.
fn checkout(here: &Path) -> Option<&Path> {
    here.ancestors()
        .find(|folder| folder.join("notebooks").is_dir() && folder.join("support").is_dir())
}

/// Reads a progress file; one that is not there yet is empty.
///
/// # Errors
///
/// Where the file cannot be read or is not what this crate writes; the message names the file.
pub fn read(file: &Path) -> io::Result<Solved> {
    record::read(file)
}

/// Notes that `exercise` is solved, keeping the time of an earlier pass. Any number of threads and processes may do so
/// at once.
///
/// # Errors
///
/// Where the file cannot be read or written. A file that cannot be read is left as it is.
pub fn note(file: &Path, exercise: &str) -> io::Result<()> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    record::change(file, |solved| {
        solved.entry(exercise.to_owned()).or_insert(now);
    })?;
    Ok(())
}

/// Notes a pass in the learner's file, unless the running notebook is a solution, or there is none: a test that judges
/// solves nothing.
pub(crate) fn note_for_learner(exercise: &str) -> io::Result<()> {
    let solution = env::current_dir().is_ok_and(|folder| folder.ends_with("solutions"));
    match file() {
        Some(file) if !solution && in_kernel() => note(&file, exercise),
        _ => Ok(()),
    }
}

/// The exercises of this checkout and which of them are solved, as a table that shows itself under a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    rows: Vec<(String, bool)>,
    /// Why the progress could not be read, where it could not.
    problem: Option<String>,
}

/// What there is to solve, and what the learner has solved.
pub fn board() -> Board {
    let here = env::current_dir().unwrap_or_default();
    let exercises = notebooks(&here)
        .map(|folder| record::exercises(&folder))
        .unwrap_or_default();
    Board::new(
        exercises,
        file().map_or(Ok(Solved::new()), |file| read(&file)),
    )
}

/// The folder of the notebooks that `here` belongs to. In a class, learners have the notebooks without the checkout.
fn notebooks(here: &Path) -> Option<PathBuf> {
    here.ancestors()
        .flat_map(|folder| [folder.to_owned(), folder.join("notebooks")])
        .find(|folder| folder.join("exercises").is_dir())
}

impl Board {
    fn new(exercises: Vec<String>, solved: io::Result<Solved>) -> Self {
        let (solved, problem) = match solved {
            Ok(solved) => (solved, None),
            Err(error) => (Solved::new(), Some(error.to_string())),
        };
        let rows = exercises
            .into_iter()
            .map(|name| {
                let done = solved.contains_key(&name);
                (name, done)
            })
            .collect();
        Board { rows, problem }
    }

    /// Shows the table under the cell.
    pub fn evcxr_display(&self) {
        let rows: String = self
            .rows
            .iter()
            .map(|(name, done)| {
                format!(
                    "<tr><td style=\"text-align:left\">{}</td><td>{}</td></tr>",
                    escape(name),
                    word(*done)
                )
            })
            .collect();
        let problem = self
            .problem
            .as_ref()
            .map_or(String::new(), |text| format!("<p>{}</p>", escape(text)));
        let html = format!(
            "<table><thead><tr><th scope=\"col\">exercise</th><th scope=\"col\">solved</th></tr></thead>\
             <tbody>{rows}</tbody></table>{problem}"
        );
        Rich::new(self.to_string()).html(html).show();
    }
}

impl fmt::Display for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = self.rows.iter().filter(|(_, done)| *done).count();
        write!(f, "{done} of {} exercises solved", self.rows.len())?;
        for (name, done) in &self.rows {
            write!(f, "\n  {name}: {}", word(*done))?;
        }
        match &self.problem {
            Some(text) => write!(f, "\n{text}"),
            None => Ok(()),
        }
    }
}

fn word(done: bool) -> &'static str {
    if done { "✓ solved" } else { "not yet" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_pass_is_noted_once() {
        let scratch = tempfile::tempdir().expect("a folder");
        let file = scratch.path().join("progress.json");
        assert!(read(&file).expect("not there is empty").is_empty());
        note(&file, "1_first_async_function").expect("it is written");
        let first = read(&file).expect("it is read");
        note(&file, "1_first_async_function").expect("it is written again");
        assert_eq!(read(&file).expect("it is read again"), first);
        assert_eq!(first.len(), 1);
    }

    #[test]
    fn threads_that_note_at_the_same_time_lose_nothing() {
        let scratch = tempfile::tempdir().expect("a folder");
        let file = scratch.path().join("progress.json");
        std::thread::scope(|scope| {
            for number in 0..50 {
                let file = &file;
                scope.spawn(move || note(file, &format!("{number}_x")).expect("it is written"));
            }
        });
        assert_eq!(read(&file).expect("it is read").len(), 50);
    }

    #[test]
    fn only_exercises_count() {
        let scratch = tempfile::tempdir().expect("a folder");
        for name in [
            "exercises/10_c.ipynb",
            "exercises/1_a.ipynb",
            "exercises/1_a-Copy1.ipynb",
            "exercises/1_mine.ipynb",
            "exercises/Untitled.ipynb",
            "solutions/1_a.ipynb",
            "solutions/2_b.ipynb",
            "solutions/10_c.ipynb",
            "solutions/2_b-Copy1.ipynb",
            "solutions/notes.txt",
        ] {
            let file = scratch.path().join("notebooks").join(name);
            fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            fs::write(file, "").expect("written");
        }
        let inside = scratch.path().join("notebooks/exercises");
        let folder = notebooks(&inside).expect("found");
        let board = Board::new(
            record::exercises(&folder),
            Ok(Solved::from([("2_b".to_owned(), 0)])),
        );
        assert_eq!(
            board.to_string(),
            "1 of 3 exercises solved\n  1_a: not yet\n  2_b: ✓ solved\n  10_c: not yet"
        );
        fs::remove_dir_all(scratch.path().join("notebooks/solutions")).expect("gone");
        assert_eq!(record::exercises(&folder), ["1_a", "1_mine", "10_c"]);
    }

    #[test]
    fn the_file_is_that_of_the_checkout_unless_the_variable_names_another() {
        let scratch = tempfile::tempdir().expect("a folder");
        let root = scratch.path().join("moved");
        let inside = root.join("notebooks/exercises");
        fs::create_dir_all(&inside).expect("made");
        assert_eq!(checkout(&inside), None, "the crate is not there");
        fs::create_dir_all(root.join("support")).expect("made");
        assert_eq!(checkout(&inside), Some(root.as_path()));
        let file = |variable: Option<&str>, root| record::file(variable.map(Into::into), root);
        assert_eq!(file(None, Some(&root)), Some(root.join(".progress.json")));
        assert_eq!(file(None, None), None);
        assert_eq!(file(Some(""), Some(&root)), None);
        assert_eq!(file(Some("/x.json"), Some(&root)), Some("/x.json".into()));
        assert_eq!(file(Some("x.json"), Some(&root)), Some(root.join("x.json")));
    }

    #[test]
    fn a_damaged_file_is_named_and_kept() {
        let scratch = tempfile::tempdir().expect("a folder");
        let file = scratch.path().join("damaged.json");
        fs::write(&file, "{oh").expect("it is written");
        let error = note(&file, "1_first_async_function").expect_err("it cannot be read");
        assert!(error.to_string().contains("damaged.json"), "{error}");
        assert_eq!(fs::read_to_string(&file).expect("it is there"), "{oh");
    }
}
