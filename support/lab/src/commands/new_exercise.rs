//! Lays the skeleton of an exercise: every file that one needs, with a small task in it that already passes its tests.
//!
//! The texts are among the assets. What an author then writes, and in which order, is told at the end and in
//! `.github/CONTRIBUTING.md`.

use crate::notebook::{EXERCISE, Notebook, committed, record};
use crate::system::{files, paths::Paths, process, tools};
use anyhow::{Context, Result, bail};
use clap::Args;
use fs_err as fs;
use serde_json::{Value, json};

const NOTEBOOK: &str = include_str!("../../assets/exercise/notebook.txt");
const HINT: &str = include_str!("../../assets/exercise/hint.html");
const CHECK: &str = include_str!("../../assets/exercise/check.rs");
const LISTED: &str = include_str!("../../assets/exercise/attempts.rs");
const KERNEL_TEST: &str = include_str!("../../assets/exercise/kernel_test.rs");

/// The codes that the check of the skeleton may find, as the notebook names them and as Rust does.
const CODES: [(&str, &str); 7] = [
    ("not-written", "NotWritten"),
    ("panicked", "Panicked"),
    ("never-ends", "NeverEnds"),
    ("blocks-thread", "BlocksThread"),
    ("runtime-in-runtime", "RuntimeInRuntime"),
    ("no-wait", "NoWait"),
    ("wrong-result", "WrongResult"),
];

/// Where a new check and its codes are named: files, and the lines that stand behind them.
const PLACES: [(&str, &str); 2] = [
    ("support/src/check.rs", "mod code;\n"),
    (
        "support/src/check/code/of_exercises.rs",
        "            _ => &[],\n",
    ),
];

/// Where `check.rs` hands on what its modules have.
const USED: &str = "pub use code::Code;\n";

/// Attempts at the skeleton's task; the first line of each says what the check finds in it.
const ATTEMPTS: [(&str, &str); 3] = [
    (
        "correct",
        include_str!("../../assets/exercise/attempts/correct.rs"),
    ),
    (
        "not_written",
        include_str!("../../assets/exercise/attempts/not_written.rs"),
    ),
    (
        "wrong_result",
        include_str!("../../assets/exercise/attempts/wrong_result.rs"),
    ),
];

/// Options of `cargo lab new-exercise`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Its number.
    #[arg(value_name = "N")]
    number: u32,
    /// Its name, such as `streams`.
    name: String,
}

/// Writes the skeleton.
pub(crate) fn run(paths: &Paths, options: &Options) -> Result<()> {
    let Options { number, name } = options;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(plain) {
        bail!(
            "`{name}` cannot be the name of an exercise\nhint: small letters, digits and `_`, such as `streams`"
        );
    }
    let known = record::exercises(&paths.notebooks());
    if let Some(taken) = known.iter().find(|known| {
        let (its, rest) = known.split_once('_').unwrap_or_default();
        its == number.to_string() || rest == name
    }) {
        bail!("`{taken}` exists already\nhint: choose another number and another name");
    }
    let fill = |text: &str| {
        let title = name.replace('_', " ");
        text.replace("NUMBER", &number.to_string())
            .replace("NAME", name)
            .replace("TITLE", &title)
    };
    let (solution, exercise) = notebooks(&fill(NOTEBOOK));
    let full = format!("{number}_{name}");
    // All that is edited is read, and edited, before anything is written.
    let insert = |file, before, more: &str| insert(paths, file, before, more);
    let [checks, codes_of] = PLACES;
    let (check, text) = insert(checks.0, checks.1, &format!("mod {name};\n"))?;
    let text = text.replace(USED, &format!("pub use {name}::{name};\n{USED}"));
    let edited = [
        (check, text),
        insert(codes_of.0, codes_of.1, &codes(&full))?,
        insert("support/lab/tests/exercises.rs", "", &fill(KERNEL_TEST))?,
        insert("support/tests/attempts_part_two.rs", "", &fill(LISTED))?,
    ];
    let mut written = vec![
        (
            format!("notebooks/solutions/{full}.ipynb"),
            solution.text()?,
        ),
        (
            format!("notebooks/exercises/{full}.ipynb"),
            exercise.text()?,
        ),
        (format!("support/src/check/{name}.rs"), fill(CHECK)),
    ];
    for (attempt, text) in ATTEMPTS {
        let path = format!("support/tests/attempts/{full}/{attempt}.rs");
        written.push((path, text.to_owned()));
    }
    for (path, text) in &written {
        if !files::write_new(&paths.root.join(path), text)? {
            bail!("`{path}` exists already\nhint: remove what an earlier try has left");
        }
        println!("new      {path}");
    }
    for (path, text) in &edited {
        files::write(path, text)?;
        println!("changed  {}", paths.shown(path));
    }
    process::checked_stdout(
        tools::cargo()?
            .args(["fmt", "--all"])
            .current_dir(&paths.root),
    )?;
    println!(
        "Write in this order: the solution's notebook, the check, attempts; `cargo lab sync` makes the exercise of the solution. \
         Then add a row for it to `notebooks/start_here.ipynb`, `notebooks/index.md`, `notebooks/instructors.md` and the README.\n\
         Test it by `cargo lab test {name}`."
    );
    Ok(())
}

/// A file with more in it: behind what stands there once, or at its end.
fn insert(
    paths: &Paths,
    file: &str,
    before: &str,
    more: &str,
) -> Result<(std::path::PathBuf, String)> {
    let path = paths.root.join(file);
    let text = fs::read_to_string(&path)?;
    let at = if before.is_empty() {
        Some(text.len())
    } else {
        text.find(before)
    };
    let at = at.with_context(|| {
        format!(
            "`{file}` has no `{}` any more\nhint: mend `support/lab/src/commands/new_exercise.rs`",
            before.trim()
        )
    })?;
    Ok((path, format!("{}{more}{}", &text[..at], &text[at..])))
}

fn codes(full: &str) -> String {
    let codes = CODES.map(|(_, code)| format!("Code::{code}")).join(", ");
    format!("            \"{full}\" => &[{codes}],\n")
}

/// The solution and the exercise, which differ in the cells that are the learner's.
fn notebooks(text: &str) -> (Notebook, Notebook) {
    let hints = CODES.map(|(code, _)| HINT.replace("CODE", code)).concat();
    let text = text.replace("HINTS\n", &hints);
    let (mut solution, mut exercise) = (Vec::new(), Vec::<Value>::new());
    for part in text.split("%% ").skip(1) {
        let (head, source) = part.split_once('\n').unwrap_or((part, ""));
        let source = source.trim_end();
        let (kind, id) = head.split_once(' ').unwrap_or((head, ""));
        if kind == "starter" {
            if let Some(cell) = exercise.last_mut() {
                cell["source"] = source.into();
            }
            continue;
        }
        let (cell_type, metadata) = match kind {
            "exercise" => ("code", json!({ "tags": [EXERCISE] })),
            other => (other, json!({})),
        };
        let cell =
            json!({ "cell_type": cell_type, "id": id, "metadata": metadata, "source": source });
        solution.push(cell.clone());
        exercise.push(cell);
    }
    let of = |cells| committed::tidy(&Notebook::with(cells));
    (of(solution), of(exercise))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exercise_follows_its_solution() {
        let (solution, exercise) = notebooks(NOTEBOOK);
        let mirrored = committed::mirror(&solution, &exercise).expect("it has cells");
        assert_eq!(mirrored.json, exercise.json);
        assert_ne!(solution.json, exercise.json);
    }

    #[test]
    fn what_is_edited_still_has_the_lines_to_be_found_by() {
        let paths = Paths::find().expect("a checkout");
        for (file, line) in PLACES {
            insert(&paths, file, line, "").expect("it is there");
        }
    }
}
