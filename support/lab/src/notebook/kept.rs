//! Copies of what a command is about to replace.

use crate::system::{files, paths::Paths};
use anyhow::Result;
use fs_err as fs;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Waits until no other command changes notebooks; the next one waits until the result is dropped. What a command read in
/// its turn is what it replaces, so that the copy that it keeps is of that.
pub(crate) fn turn(paths: &Paths) -> Result<File> {
    fs::create_dir_all(paths.state())?;
    let file = paths.state().join("notebooks.lock");
    files::lock(&file, "another command that changes notebooks")
}

/// Keeps a copy of a notebook and returns where. Copies are numbered and never overwrite each other; one that is there
/// already, to the byte, is not made again. They lie where JupyterLab shows them, one folder deep, so that those of
/// exercises run as they are.
pub(crate) fn keep(paths: &Paths, inside: &str, content: &[u8]) -> Result<PathBuf> {
    let plain = Path::new(inside);
    let stem = plain.file_stem().unwrap_or_default().to_string_lossy();
    let from = plain.parent().and_then(Path::file_name);
    let stem = match from.map(|folder| folder.to_string_lossy()) {
        Some(folder) if folder != "exercises" && folder != KEPT => format!("{folder}-{stem}"),
        _ => stem.into_owned(),
    };
    for number in 1.. {
        let place = format!("{KEPT}/{stem}-{number}.ipynb");
        let path = paths.notebooks().join(place);
        if fs::read(&path).is_ok_and(|there| there == content) || files::write_new(&path, content)?
        {
            return Ok(path);
        }
    }
    unreachable!("there is a number for every copy")
}

/// The folder of copies, among the notebooks.
pub(crate) const KEPT: &str = "kept";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_never_overwrite_each_other_and_are_made_once() {
        let scratch = tempfile::tempdir().expect("a folder");
        let paths = Paths::of(scratch.path()).expect("a folder");
        let keep = |inside: &str, text: &str| {
            let path = keep(&paths, inside, text.as_bytes()).expect("kept");
            assert_eq!(fs::read_to_string(&path).expect("there"), text);
            files::name(&path).into_owned()
        };
        assert_eq!(keep("exercises/1_x.ipynb", "a"), "1_x-1.ipynb");
        assert_eq!(keep("exercises/1_x.ipynb", "b"), "1_x-2.ipynb");
        assert_eq!(keep("exercises/1_x.ipynb", "a"), "1_x-1.ipynb");
        assert_eq!(keep("solutions/1_x.ipynb", "a"), "solutions-1_x-1.ipynb");
    }
}
