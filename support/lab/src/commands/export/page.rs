//! The pages of the site, and the links between them.

use crate::jupyter;
use crate::notebook::{Notebook, Subject, is_code, source};
use crate::prepare::Tools;
use crate::system::{paths::Paths, process};
use anyhow::{Context, Result};
use fs_err as fs;
use std::path::{Path, PathBuf};

/// The page that the site begins with.
pub(super) const INDEX: &str = "index.html";

/// The notebook that becomes it.
const START: &str = "start_here.ipynb";

/// Where the template leaves room for links: at the top of a page, and at its end.
const ROOM: &str = "<!-- links -->";

/// All pages, in the order in which the first one names them.
#[derive(Debug)]
pub(super) struct Site {
    out: PathBuf,
    /// Where each notebook lies among the notebooks, and its title.
    pages: Vec<(PathBuf, String)>,
}

impl Site {
    /// The site of these notebooks.
    pub(super) fn of(paths: &Paths, found: &[Subject], out: &Path) -> Result<Self> {
        let mut start = String::new();
        let mut pages = Vec::new();
        for Subject { path, file } in found {
            let inside = path.strip_prefix(paths.notebooks()).unwrap_or(path);
            if inside == Path::new(START) {
                start = fs::read_to_string(file).unwrap_or_default();
            }
            pages.push((inside.to_owned(), title(&Notebook::read(file)?, inside)));
        }
        // Where it is named first; what is not named comes last, and the start itself first.
        pages.sort_by_key(|(inside, _)| {
            let named = start.find(&format!("({})", inside.display()));
            (
                inside != Path::new(START),
                named.unwrap_or(usize::MAX),
                inside.clone(),
            )
        });
        Ok(Site {
            out: out.to_owned(),
            pages,
        })
    }

    fn file(&self, inside: &Path) -> PathBuf {
        self.out.join(page_of(inside))
    }

    /// Removes a page, and the notebook beside it, if they are there.
    pub(super) fn remove(&self, inside: &Path) {
        for file in [self.file(inside), self.out.join(inside)] {
            let _ = fs::remove_file(file);
        }
    }

    /// Writes the page of a notebook from its copy with outputs, and puts the notebook itself beside it.
    pub(super) fn write(
        &self,
        paths: &Paths,
        tools: &Tools,
        inside: &Path,
        saved: &Path,
    ) -> Result<()> {
        let file = std::path::absolute(self.file(inside))
            .with_context(|| format!("`{}` is no path", self.out.display()))?;
        let folder = file.parent().context("a page lies in a folder")?;
        fs::create_dir_all(folder)?;
        process::checked_stdout(
            jupyter::command(paths, &tools.python)
                .args(["-m", "nbconvert", "--log-level=WARN"])
                .args(["--to=html", "--template=async-lab"])
                .arg(format!(
                    "--TemplateExporter.extra_template_basedirs={}",
                    paths.assets().display()
                ))
                .arg("--output")
                .arg(file.with_extension(""))
                .arg(saved),
        )
        .with_context(|| format!("`{}` could not be exported", inside.display()))?;
        let text = fs::read_to_string(&file)
            .with_context(|| format!("`{}` was not written", file.display()))?;
        fs::write(&file, self.finished(inside, &text))?;
        let source = self.out.join(inside);
        fs::copy(paths.notebooks().join(inside), &source)?;
        Ok(())
    }

    /// The page with its title and its links.
    fn finished(&self, inside: &Path, html: &str) -> String {
        let html = linked(html)
            .replacen(ROOM, &self.links(inside, "Pages"), 1)
            .replacen(ROOM, &self.links(inside, "Pages, once more"), 1);
        let name = inside.file_stem().unwrap_or_default().to_string_lossy();
        let title = self.pages.iter().find(|(known, _)| known == inside);
        let title = title.map_or(name.as_ref(), |(_, title)| title);
        html.replacen(
            &format!("<title>{name}</title>"),
            &format!("<title>{} · Async lab</title>", escaped(title)),
            1,
        )
    }

    /// Links to the pages before and after, to the first one, and to the notebook.
    fn links(&self, inside: &Path, label: &str) -> String {
        let up = "../".repeat(inside.components().count() - 1);
        let link = |(page, title): &(PathBuf, String), kind: &str, before: &str, after: &str| {
            format!(
                "<a rel=\"{kind}\" href=\"{up}{}\">{before}{}{after}</a>",
                page_of(page).display(),
                escaped(title)
            )
        };
        let at = self.pages.iter().position(|(known, _)| known == inside);
        let before = at
            .and_then(|at| self.pages.get(at.checked_sub(1)?))
            .map(|page| link(page, "prev", "← ", ""));
        let after = at
            .and_then(|at| self.pages.get(at + 1))
            .map(|page| link(page, "next", "", " →"));
        let first =
            (inside != Path::new(START)).then(|| format!("<a href=\"{up}{INDEX}\">All pages</a>"));
        let name = inside.file_name().unwrap_or_default().to_string_lossy();
        let source = format!("<a href=\"{name}\" download>This notebook</a>");
        let links: Vec<_> = [before, first, Some(source), after]
            .into_iter()
            .flatten()
            .collect();
        format!(
            "<nav class=\"lab-pages\" aria-label=\"{label}\">{}</nav>",
            links.join("\n")
        )
    }
}

/// The first heading, without its marks; else the name of the file.
fn title(notebook: &Notebook, inside: &Path) -> String {
    let texts = notebook.cells().iter().filter(|cell| !is_code(cell));
    let heading = texts
        .flat_map(|cell| source(cell).lines().map(str::to_owned).collect::<Vec<_>>())
        .find_map(|line| line.strip_prefix("# ").map(|title| title.replace('`', "")));
    let name = inside.file_stem().unwrap_or_default().to_string_lossy();
    let title = heading.unwrap_or_else(|| name.into_owned());
    // Exercises and solutions share their headings.
    if inside.starts_with("solutions") && !title.to_lowercase().contains("solution") {
        format!("{title} (solution)")
    } else {
        title
    }
}

fn page_of(inside: &Path) -> PathBuf {
    if inside == Path::new(START) {
        INDEX.into()
    } else {
        inside.with_extension("html")
    }
}

/// Links from notebook to notebook become links from page to page.
fn linked(html: &str) -> String {
    html.replace("start_here.ipynb\"", "index.html\"")
        .replace(".ipynb\"", ".html\"")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        Site {
            out: "/site".into(),
            pages: vec![
                (START.into(), "The lab".to_owned()),
                ("exercises/1_x.ipynb".into(), "First & last".to_owned()),
                ("guides/y.ipynb".into(), "Why".to_owned()),
            ],
        }
    }

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
        assert_eq!(page_of(Path::new(START)), Path::new(INDEX));
        assert_eq!(
            page_of(Path::new("solutions/1_x.ipynb")),
            Path::new("solutions/1_x.html")
        );
    }

    #[test]
    fn a_page_links_to_those_before_and_after_it_and_to_its_notebook() {
        let links = site().links(Path::new("exercises/1_x.ipynb"), "Pages");
        assert!(links.contains("rel=\"prev\" href=\"../index.html\">← The lab<"));
        assert!(links.contains("rel=\"next\" href=\"../guides/y.html\">Why →<"));
        assert!(links.contains("href=\"1_x.ipynb\" download"));
        let first = site().links(Path::new(START), "Pages");
        assert!(!first.contains("prev") && first.contains("exercises/1_x.html\">First &amp; last"));
        assert!(
            !site()
                .links(Path::new("guides/y.ipynb"), "Pages")
                .contains("next")
        );
    }

    #[test]
    fn both_rooms_are_filled_and_the_title_is_the_heading() {
        let html = format!("<title>1_x</title><header>{ROOM}</header><footer>{ROOM}</footer>");
        let page = site().finished(Path::new("exercises/1_x.ipynb"), &html);
        assert!(page.starts_with("<title>First &amp; last · Async lab</title>"));
        assert_eq!(page.matches("<nav").count(), 2);
        assert!(!page.contains(ROOM));
    }
}
