//! Puts a notebook back to what the lab has, and keeps what was there.

use crate::notebook::{committed, course::Course, kept};
use crate::system::{files, paths::Paths};
use anyhow::{Context, Result};
use clap::Args;
use fs_err as fs;

/// Options of `cargo lab reset`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The numbers of exercises, or names of other notebooks.
    #[arg(required = true, value_name = "N")]
    notebooks: Vec<String>,
}

/// Puts back every notebook that is named: by the number of an exercise, or by its name.
pub(crate) fn run(paths: &Paths, options: &Options) -> Result<()> {
    let course = Course::of(paths)?;
    let names = options.notebooks.iter();
    // All names are looked up before anything is written.
    let found: Result<Vec<_>> = names.map(|name| course.named(name)).collect();
    let found = found?;
    let _turn = kept::turn(paths)?;
    for inside in found {
        let original = course.original(&inside)?.with_context(|| {
            format!(
                "there is no original of `notebooks/{inside}`\nhint: git keeps one after `git add`"
            )
        })?;
        let text = committed::tidy(&original).text()?;
        let path = paths.notebooks().join(&inside);
        let there = path.exists().then(|| fs::read(&path)).transpose()?;
        if there.as_deref() == Some(text.as_bytes()) {
            println!("notebooks/{inside} is as the lab has it; nothing was changed.");
            continue;
        }
        let kept = there
            .map(|bytes| kept::keep(paths, &inside, &bytes))
            .transpose()?;
        files::write(&path, text)?;
        println!("notebooks/{inside} is as the lab has it.");
        if let Some(kept) = kept {
            println!("  What you had is in `{}`.", paths.shown(&kept));
        }
        println!("  If it is open in JupyterLab, take *File › Reload Notebook from Disk*.");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notebook::scratch::{Checkout, cell};

    #[test]
    fn a_reset_puts_back_the_lab_s_and_keeps_the_learner_s() {
        let checkout = Checkout::with_git();
        let original = checkout.text("exercises/1_first.ipynb");
        checkout.learn();
        let mine = checkout.text("exercises/1_first.ipynb");
        let reset = |names: &[&str]| {
            let notebooks = names.iter().map(|name| (*name).to_owned()).collect();
            run(&checkout.paths, &Options { notebooks })
        };
        assert!(
            reset(&["1", "9"]).is_err(),
            "there is no ninth, so the first stays"
        );
        assert_eq!(checkout.text("exercises/1_first.ipynb"), mine);
        reset(&["1"]).expect("put back");
        assert_eq!(checkout.text("exercises/1_first.ipynb"), original);
        assert_eq!(checkout.text("kept/1_first-1.ipynb"), mine);
        // Twice within a second, and again: no copy takes another's place.
        checkout.change("exercises/1_first.ipynb", |cells| {
            cells.push(cell("x", "second try"))
        });
        reset(&["1_first", "patterns", "notebooks/start_here.ipynb"]).expect("put back");
        assert!(checkout.text("kept/1_first-2.ipynb").contains("second try"));
        assert_eq!(checkout.text("kept/1_first-1.ipynb"), mine);
        assert!(checkout.is_there("kept/guides-patterns-1.ipynb"));
    }
}
