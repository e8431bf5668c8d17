//! Runs all notebooks and writes them as HTML pages that open from disk and ask nothing of any network.

use crate::notebook;
use crate::paths::{KERNEL, Paths};
use crate::prepare;
use crate::process;
use crate::run;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// Writes the site to `out`; `start_here` becomes `index.html`. A notebook that fails is not exported.
pub(crate) fn site(paths: &Paths, out: &Path) -> Result<()> {
    let tools = prepare::everything(paths)?;
    let executed = paths.state().join("executed");
    let mut failed = Vec::new();
    for path in notebook::find(&[paths.notebooks()])? {
        let inside = path.strip_prefix(paths.notebooks()).unwrap_or(&path);
        let saved = executed.join(inside);
        let page = out.join(page_of(inside));
        for file in [&saved, &page] {
            let folder = file.parent().unwrap_or(out);
            fs::create_dir_all(folder)
                .with_context(|| format!("`{}` could not be made", folder.display()))?;
        }
        let outcome = run::one(paths, &tools, &path, KERNEL, 120, Some(&saved))?;
        if !outcome.ok {
            run::report(&outcome)?;
            failed.push(paths.shown(&path).to_string());
            // A page from an earlier export would claim that it still runs.
            let _ = fs::remove_file(&page);
            continue;
        }
        let page = std::path::absolute(&page)
            .with_context(|| format!("`{}` is no path", page.display()))?;
        process::text(
            prepare::jupyter(paths, &tools)
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
    }
    if !failed.is_empty() {
        bail!(
            "these notebooks failed and were not exported:\n  {}",
            failed.join("\n  ")
        );
    }
    Ok(())
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
