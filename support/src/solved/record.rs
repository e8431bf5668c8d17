//! The file in which solved exercises are noted: which one it is, what it holds, how it is changed; and which exercises
//! there are.
//!
//! `support` notes a pass, `cargo lab` reads, saves and brings back. The command does not link `support`, so it
//! includes this very file: there is one rule for both, and only the standard library, `serde_json` and `tempfile` in it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Exercise to the second (since 1970) in which it was first solved.
pub(crate) type Solved = BTreeMap<String, u64>;

/// The progress file of the checkout at `root`, given what the variable says. A relative path counts from `root`, since
/// a kernel runs in the folder of its notebook and the command wherever it was called.
pub(crate) fn file(variable: Option<OsString>, root: Option<&Path>) -> Option<PathBuf> {
    match (variable, root) {
        (Some(path), _) if path.is_empty() => None,
        (Some(path), Some(root)) => Some(root.join(path)),
        (Some(path), None) => Some(path.into()),
        (None, root) => root.map(|root| root.join(".progress.json")),
    }
}

/// Reads a progress file; one that is not there yet is empty.
pub(crate) fn read(file: &Path) -> io::Result<Solved> {
    let named = |kind: io::ErrorKind, error: &dyn std::fmt::Display| {
        io::Error::new(kind, format!("`{}`: {error}", file.display()))
    };
    match fs::read_to_string(file) {
        Ok(text) => serde_json::from_str(&text).map_err(|error| {
            named(
                io::ErrorKind::InvalidData,
                &format!(
                    "this is not what checks write ({error})\n\
                     hint: move the file away, and run the checks of what you have solved once more"
                ),
            )
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Solved::new()),
        Err(error) => Err(named(error.kind(), &error)),
    }
}

/// Changes what is noted. Whoever else changes it at the same time, in this process or another, waits; whoever reads
/// meanwhile sees the file of before or the one of after. A file that cannot be read is left as it is.
pub(crate) fn change(file: &Path, change: impl FnOnce(&mut Solved)) -> io::Result<Solved> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    // A file of its own to wait at: the progress file is another one after each change. It goes with this process.
    let gate = OpenOptions::new()
        .create(true)
        .append(true)
        .open(file.with_extension("json.lock"))?;
    gate.lock()?;
    let before = read(file)?;
    let mut solved = before.clone();
    change(&mut solved);
    if solved != before {
        let mut beside = tempfile::Builder::new()
            .prefix(".progress-")
            .suffix(".part")
            .tempfile_in(folder)?;
        beside.write_all(serde_json::to_string_pretty(&solved)?.as_bytes())?;
        beside.as_file().sync_all()?;
        beside.persist(file)?;
        File::open(folder)?.sync_all()?;
    }
    Ok(solved)
}

/// The names of the exercises among the notebooks in `folder`, in their order.
///
/// An exercise has a name like `3_http_requests`, and a solution of the same name; where solutions were taken away, the
/// name alone says it. So neither an `Untitled` nor a copy such as `3_http_requests-Copy1` is one, and an exercise that
/// was removed still is.
pub(crate) fn exercises(folder: &Path) -> Vec<String> {
    let solutions = names(&folder.join("solutions"));
    if solutions.is_empty() {
        names(&folder.join("exercises"))
    } else {
        solutions
    }
}

fn names(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<(u32, String)> = files
        .filter_map(|entry| {
            let name = entry.file_name();
            let name = name.to_str()?.strip_suffix(".ipynb")?;
            Some((number(name)?, name.to_owned()))
        })
        .collect();
    names.sort();
    names.into_iter().map(|(_, name)| name).collect()
}

/// The number that the name of an exercise begins with; nothing where it is no such name.
pub(crate) fn number(name: &str) -> Option<u32> {
    let (number, rest) = name.split_once('_')?;
    let plain = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '_');
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    (digits && !rest.is_empty() && rest.chars().all(plain))
        .then(|| number.parse().ok())
        .flatten()
}
