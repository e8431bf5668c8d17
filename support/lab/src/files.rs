//! Files that are replaced whole: written beside and renamed, so that whoever reads or runs one meanwhile has the old or the
//! new one, and never a part.

use anyhow::{Context, Result};
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::NamedTempFile;

/// Writes a file unless it says the same already; makes its folder where that is missing.
pub(crate) fn write_if_changed(file: &Path, text: &str) -> Result<()> {
    if fs::read(file).is_ok_and(|before| before == text.as_bytes()) {
        return Ok(());
    }
    replace(file, text.as_bytes(), 0o644)
}

/// The same for a program.
pub(crate) fn write_program(file: &Path, text: &str) -> Result<()> {
    if holds_program(file, text) {
        return Ok(());
    }
    replace(file, text.as_bytes(), 0o755)
}

/// Whether a file is there, says this and may be run.
pub(crate) fn holds_program(file: &Path, text: &str) -> bool {
    fs::read(file).is_ok_and(|before| before == text.as_bytes())
        && crate::process::is_executable(file)
}

/// Copies a program to where it is to lie, unless it is there already, which size and time tell.
pub(crate) fn install_program(from: &Path, to: &Path) -> Result<()> {
    let problem = || {
        format!(
            "`{}` could not be copied to `{}`",
            from.display(),
            to.display()
        )
    };
    let source = from.metadata().with_context(problem)?;
    let modified = source.modified().with_context(problem)?;
    let known = to.metadata();
    if known.is_ok_and(|data| {
        data.len() == source.len() && data.modified().is_ok_and(|time| time == modified)
    }) {
        return Ok(());
    }
    let content = fs::read(from).with_context(problem)?;
    let beside = beside(to, &content, 0o755)?;
    beside
        .as_file()
        .set_modified(modified)
        .with_context(problem)?;
    beside
        .persist(to)
        .map_err(|error| error.error)
        .with_context(problem)?;
    Ok(())
}

fn replace(file: &Path, content: &[u8], mode: u32) -> Result<()> {
    let problem = || format!("`{}` could not be written", file.display());
    beside(file, content, mode)?
        .persist(file)
        .map_err(|error| error.error)
        .with_context(problem)?;
    Ok(())
}

/// A file with this content in the same folder; it is gone again unless it is given the name.
fn beside(file: &Path, content: &[u8], mode: u32) -> Result<NamedTempFile> {
    let problem = || format!("`{}` could not be written", file.display());
    let folder = file.parent().with_context(problem)?;
    fs::create_dir_all(folder)
        .with_context(|| format!("`{}` could not be made", folder.display()))?;
    let mut beside = NamedTempFile::new_in(folder).with_context(problem)?;
    beside.write_all(content).with_context(problem)?;
    beside
        .as_file()
        .set_permissions(Permissions::from_mode(mode))
        .with_context(problem)?;
    Ok(beside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_copied_when_it_changed_and_what_runs_keeps_its_own() {
        let scratch = tempfile::tempdir().expect("a folder");
        let (from, to) = (scratch.path().join("from"), scratch.path().join("bin/to"));
        fs::write(&from, "one").expect("written");
        install_program(&from, &to).expect("copied");
        let running = fs::File::open(&to).expect("opened");
        fs::write(&from, "another").expect("written");
        install_program(&from, &to).expect("copied");
        assert_eq!(fs::read_to_string(&to).expect("read"), "another");
        assert_eq!(std::io::read_to_string(running).expect("read"), "one");
        assert!(crate::process::is_executable(&to));
    }

    #[test]
    fn a_file_that_cannot_be_replaced_leaves_nothing_beside_it() {
        let scratch = tempfile::tempdir().expect("a folder");
        let file = scratch.path().join("a");
        fs::create_dir(&file).expect("made");
        assert!(write_if_changed(&file, "text").is_err());
        assert_eq!(fs::read_dir(scratch.path()).expect("read").count(), 1);
    }
}
