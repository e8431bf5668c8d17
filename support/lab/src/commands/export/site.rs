//! The pages: Sphinx with the theme of Jupyter Book over the notebooks that have run and the texts beside them.
//!
//! What a page looks like, and what it links to, is said in `assets/site`. Here is which pages there are. Sphinx writes only
//! those anew that have changed, and removes none: a page from an earlier export would claim that it still runs.

use crate::jupyter::{interpreter, packages};
use crate::notebook::{self, Subject};
use crate::prepare::Tools;
use crate::system::{files, paths::Paths, process, step::Step};
use anyhow::{Context, Result, bail};
use fs_err as fs;
use std::path::{Path, PathBuf};

/// What to do with what Sphinx warns of, such as a link that leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Warnings {
    Told,
    Errors,
}

/// The folder from which pages are made: notebooks with outputs, and copies of the texts.
pub(super) fn source(paths: &Paths) -> PathBuf {
    paths.state().join("executed")
}

/// Why there can be no site, where the Python of the lab is older than Sphinx needs; the rest of the lab does not need it.
pub(crate) fn cannot(tools: &Tools) -> Result<Option<String>> {
    let mut python = interpreter::command(&tools.python);
    python.args(["-c", "import sys; print(sys.version_info >= (3, 11))"]);
    let fits = process::checked_stdout(&mut python)?.trim() == "True";
    let shown = tools.python.display();
    Ok((!fits).then(|| format!("it needs Python 3.11 or later, and `{shown}` is older")))
}

/// The Python that has Sphinx.
pub(crate) fn python(paths: &Paths, tools: &Tools) -> Result<PathBuf> {
    if let Some(why) = cannot(tools)? {
        bail!("there is no site, since {why}");
    }
    let venv = paths.state().join("site-venv");
    packages::with(paths, &venv, &tools.python, "site", &[])
}

/// Builds the site of notebooks that have run, and of the texts beside them. A page of any other notebook is removed.
pub(crate) fn build(
    paths: &Paths,
    python: &Path,
    shown: &[Subject],
    out: &Path,
    warnings: Warnings,
) -> Result<()> {
    let step = Step::start("Pages");
    let source = source(paths);
    texts(&paths.notebooks(), &source)?;
    let is_shown = |inside: &Path| {
        let mut all = shown.iter();
        all.any(|subject| paths.inside(&subject.path) == inside)
    };
    let executed = notebook::below(&source)?;
    let executed = executed
        .iter()
        .filter_map(|path| path.strip_prefix(&source).ok());
    let left_out: Vec<_> = executed.filter(|inside| !is_shown(inside)).collect();
    let names: Vec<_> = left_out
        .iter()
        .map(|inside| inside.to_string_lossy())
        .collect();
    let mut sphinx = interpreter::command(python);
    sphinx
        .args(["-m", "sphinx", "--quiet", "--no-color", "--keep-going"])
        .args(["--builder", "html", "--conf-dir"])
        .arg(paths.assets().join("site"))
        .arg("--doctree-dir")
        .arg(paths.state().join("site-doctrees"))
        .arg(format!("--define=exclude_patterns={}", names.join(",")));
    if warnings == Warnings::Errors {
        sphinx.arg("--fail-on-warning");
    }
    let ended = process::output(sphinx.arg(&source).arg(out))?;
    process::checked(&sphinx, &ended).context("the pages could not be built")?;
    let said = String::from_utf8_lossy(&ended.stderr);
    if !said.trim().is_empty() {
        step.above(|| eprint!("{said}"));
    }
    for inside in left_out {
        files::remove(&out.join(inside).with_extension("html"))?;
        files::remove(&out.join("_sources").join(inside))?;
    }
    // What readers take along is the notebook as it is before it runs.
    for subject in shown {
        let taken = out.join("_sources").join(paths.inside(&subject.path));
        fs::copy(&subject.file, taken)?;
    }
    step.done(&format!("{} notebooks", shown.len()));
    Ok(())
}

/// Copies the texts beside the notebooks. Those that are as they were keep their date, so that their pages stay.
fn texts(notebooks: &Path, source: &Path) -> Result<()> {
    let is_text = |path: &PathBuf| path.extension().is_some_and(|end| end == "md");
    for old in process::entries(source)?.into_iter().filter(is_text) {
        if !notebooks.join(files::name(&old).as_ref()).exists() {
            files::remove(&old)?;
        }
    }
    for text in process::entries(notebooks)?.into_iter().filter(is_text) {
        files::write_if_changed(&source.join(files::name(&text).as_ref()), fs::read(&text)?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_gone_go_and_those_that_stay_keep_their_date() {
        let scratch = tempfile::tempdir().expect("a folder");
        let (notebooks, source) = (scratch.path().join("from"), scratch.path().join("to"));
        for folder in [&notebooks, &source] {
            fs::create_dir(folder).expect("made");
        }
        for name in ["index.md", "old.md", "a.ipynb"] {
            fs::write(notebooks.join(name), name).expect("written");
        }
        texts(&notebooks, &source).expect("copied");
        assert!(!source.join("a.ipynb").exists(), "it has not run");
        let copied = || {
            source
                .join("index.md")
                .metadata()
                .and_then(|data| data.modified())
        };
        let before = copied().expect("it is there");
        fs::remove_file(notebooks.join("old.md")).expect("removed");
        texts(&notebooks, &source).expect("copied");
        assert_eq!(before, copied().expect("it is there"));
        assert!(!source.join("old.md").exists());
    }
}
