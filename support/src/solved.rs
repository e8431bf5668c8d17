//! Which exercises the learner has solved, kept in a small file at the top of the checkout.
//!
//! The file is `.progress.json`: exercise to the time of its first pass, in seconds since 1970. A solution notebook
//! that passes is not the learner's work and is not noted. `LAB_PROGRESS` names another file, or, left empty, none.

use crate::display::{Rich, escape};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fmt, fs, io};

/// Exercise to the second (since 1970) in which it was first solved.
pub type Solved = BTreeMap<String, u64>;

/// The progress file of this checkout, or nothing where `LAB_PROGRESS` is set and empty.
pub fn file() -> Option<PathBuf> {
    match env::var_os("LAB_PROGRESS") {
        Some(path) if path.is_empty() => None,
        Some(path) => Some(path.into()),
        None => Some(Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name(".progress.json")),
    }
}

/// Reads a progress file; one that is not there yet is empty.
///
/// # Errors
///
/// Where the file cannot be read or is not what this crate writes; the message names the file.
pub fn read(file: &Path) -> io::Result<Solved> {
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", file.display()));
    match fs::read_to_string(file) {
        Ok(text) => serde_json::from_str(&text).map_err(|error| named(error.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Solved::new()),
        Err(error) => Err(named(error)),
    }
}

/// Notes that `exercise` is solved, keeping the time of an earlier pass.
///
/// # Errors
///
/// Where the file cannot be read or written. A file that cannot be read is left as it is.
pub fn note(file: &Path, exercise: &str) -> io::Result<()> {
    let mut solved = read(file)?;
    if solved.contains_key(exercise) {
        return Ok(());
    }
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    solved.insert(exercise.to_owned(), now);
    // Written beside and moved over: whoever reads meanwhile sees the old file or the new one, never half of either.
    let beside = file.with_extension(format!("json.{}", std::process::id()));
    fs::write(&beside, serde_json::to_string_pretty(&solved)?)?;
    fs::rename(&beside, file)
}

/// Notes a pass in the learner's file, unless the running notebook is a solution.
pub(crate) fn note_for_learner(exercise: &str) -> io::Result<()> {
    let solution = env::current_dir().is_ok_and(|folder| folder.ends_with("solutions"));
    match file() {
        Some(file) if !solution => note(&file, exercise),
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
    let exercises = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("notebooks/exercises");
    Board::new(
        &exercises,
        file().map_or(Ok(Solved::new()), |file| read(&file)),
    )
}

impl Board {
    fn new(exercises: &Path, solved: io::Result<Solved>) -> Self {
        let (solved, problem) = match solved {
            Ok(solved) => (solved, None),
            Err(error) => (Solved::new(), Some(error.to_string())),
        };
        let files = fs::read_dir(exercises).into_iter().flatten().flatten();
        let mut names: Vec<String> = files
            .filter_map(|entry| {
                Some(
                    entry
                        .file_name()
                        .to_str()?
                        .strip_suffix(".ipynb")?
                        .to_owned(),
                )
            })
            .collect();
        names.sort();
        let rows = names
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

    fn scratch(name: &str) -> PathBuf {
        let file = env::temp_dir().join(format!("solved-{}-{name}.json", std::process::id()));
        let _ = fs::remove_file(&file);
        file
    }

    #[test]
    fn a_pass_is_noted_once() {
        let file = scratch("once");
        assert!(read(&file).expect("not there is empty").is_empty());
        note(&file, "1_first_async_function").expect("it is written");
        let first = read(&file).expect("it is read");
        note(&file, "1_first_async_function").expect("it is written again");
        assert_eq!(read(&file).expect("it is read again"), first);
        assert_eq!(first.len(), 1);
        fs::remove_file(file).expect("cleaned up");
    }

    #[test]
    fn the_board_lists_what_there_is_to_solve() {
        let folder = env::temp_dir().join(format!("board-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("made");
        for name in ["1_a.ipynb", "2_b.ipynb", "notes.txt"] {
            fs::write(folder.join(name), "").expect("written");
        }
        let board = Board::new(&folder, Ok(Solved::from([("2_b".to_owned(), 0)])));
        assert_eq!(
            board.to_string(),
            "1 of 2 exercises solved\n  1_a: not yet\n  2_b: ✓ solved"
        );
        fs::remove_dir_all(folder).expect("cleaned up");
    }

    #[test]
    fn a_damaged_file_is_named_and_kept() {
        let file = scratch("damaged");
        fs::write(&file, "{oh").expect("it is written");
        let error = note(&file, "1_first_async_function").expect_err("it cannot be read");
        assert!(error.to_string().contains("damaged.json"), "{error}");
        assert_eq!(fs::read_to_string(&file).expect("it is there"), "{oh");
        fs::remove_file(file).expect("cleaned up");
    }
}
