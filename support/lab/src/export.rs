//! Runs all notebooks and writes them as HTML pages that open from disk and ask nothing of any network.

use crate::notebook;
use crate::paths::{KERNEL, Paths};
use crate::prepare::{self, Tools};
use crate::process;
use crate::run::{self, Outcome};
use anyhow::{Context, Result, bail};
use std::fs;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Writes the site to `out`; `start_here` becomes `index.html`. A notebook that fails is not exported.
pub(crate) fn site(paths: &Paths, out: &Path) -> Result<()> {
    let tools = prepare::everything(paths)?;
    let outcomes = pages(paths, &tools, out)?;
    let failed: Vec<_> = outcomes
        .iter()
        .filter(|outcome| !outcome.ok)
        .map(|outcome| paths.shown(&outcome.path).to_string())
        .collect();
    if !failed.is_empty() {
        bail!(
            "these notebooks failed and were not exported:\n  {}",
            failed.join("\n  ")
        );
    }
    Ok(())
}

/// How many notebooks run at the same time: a kernel keeps one core busy, and takes about a gigabyte.
const WORKERS: usize = 2;

/// Runs all notebooks and writes the pages of those that did what they say; tells how each went, in their order.
pub(crate) fn pages(paths: &Paths, tools: &Tools, out: &Path) -> Result<Vec<Outcome>> {
    let found = notebook::find(&[paths.notebooks()])?;
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some(path) = found.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push(page(paths, tools, path, out)?);
        }
        Ok(done)
    };
    let done: Result<Vec<Vec<Outcome>>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    let mut outcomes: Vec<_> = done?.into_iter().flatten().collect();
    outcomes.sort_by_key(|outcome| found.iter().position(|path| *path == outcome.path));
    Ok(outcomes)
}

/// Runs one notebook and, where it did what it says, writes its page.
fn page(paths: &Paths, tools: &Tools, path: &Path, out: &Path) -> Result<Outcome> {
    let inside = path.strip_prefix(paths.notebooks()).unwrap_or(path);
    let saved = paths.state().join("executed").join(inside);
    let page = out.join(page_of(inside));
    for file in [&saved, &page] {
        let folder = file.parent().unwrap_or(out);
        fs::create_dir_all(folder)
            .with_context(|| format!("`{}` could not be made", folder.display()))?;
    }
    let outcome = run::one(paths, tools, path, KERNEL, 120, Some(&saved))?;
    run::report(&outcome)?;
    if !outcome.ok {
        // A page from an earlier export would claim that it still runs.
        let _ = fs::remove_file(&page);
        return Ok(outcome);
    }
    let page =
        std::path::absolute(&page).with_context(|| format!("`{}` is no path", page.display()))?;
    process::text(
        prepare::jupyter(paths, tools)
            .args([
                "-m",
                "nbconvert",
                "--log-level=WARN",
                "--to=html",
                "--template=async-lab",
            ])
            .arg(format!(
                "--TemplateExporter.extra_template_basedirs={}",
                paths.assets().display()
            ))
            .arg("--output")
            .arg(page.with_extension(""))
            .arg(&saved),
    )
    .with_context(|| format!("`{}` could not be exported", path.display()))?;
    let text = fs::read_to_string(&page)
        .with_context(|| format!("`{}` was not written", page.display()))?;
    fs::write(&page, linked(&text))
        .with_context(|| format!("`{}` could not be written", page.display()))?;
    eprintln!("{}", page.display());
    Ok(outcome)
}

fn page_of(inside: &Path) -> PathBuf {
    if inside == Path::new("start_here.ipynb") {
        "index.html".into()
    } else {
        inside.with_extension("html")
    }
}

/// Links from notebook to notebook become links from page to page.
fn linked(html: &str) -> String {
    html.replace("start_here.ipynb\"", "index.html\"")
        .replace(".ipynb\"", ".html\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_from_page_to_page() {
        assert_eq!(
            linked("<a href=\"exercises/1_x.ipynb\">"),
            "<a href=\"exercises/1_x.html\">"
        );
        assert_eq!(
            linked("<a href=\"../start_here.ipynb\">"),
            "<a href=\"../index.html\">"
        );
    }

    #[test]
    fn the_start_page_is_the_index() {
        assert_eq!(
            page_of(Path::new("start_here.ipynb")),
            Path::new("index.html")
        );
        assert_eq!(
            page_of(Path::new("solutions/1_x.ipynb")),
            Path::new("solutions/1_x.html")
        );
    }
}
