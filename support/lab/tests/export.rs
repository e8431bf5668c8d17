//! Exported pages show highlighted Rust, the figures and the verdicts. How a browser takes them, and that they ask nothing of
//! any network, is for `browser/site.py`.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The pages of all notebooks: those that `cargo lab test` has just made, else made once for the tests of this file.
fn site() -> &'static Path {
    use std::sync::OnceLock;
    static SITE: OnceLock<PathBuf> = OnceLock::new();
    SITE.get_or_init(|| {
        if let Some(made) = std::env::var_os("ASYNC_LAB_SITE") {
            return made.into();
        }
        let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("site");
        let output = Command::new(env!("CARGO_BIN_EXE_lab"))
            .args(["export", "--out"])
            .arg(&out)
            .output()
            .expect("it starts");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        out
    })
}

fn page() -> PathBuf {
    site().join("solutions/1_first_async_function.html")
}

#[test]
fn a_page_has_its_figures_and_its_verdict() {
    let html = fs::read_to_string(page()).expect("the page is written");
    assert!(
        html.matches("role=\"img\"").count() >= 5,
        "bars, three timelines, the timeline of the check"
    );
    assert!(html.contains("Passed") && html.contains("<span class=\"k\">async</span>"));
    assert!(html.contains("Cannot start a runtime from within a runtime"));
    assert!(!html.contains("stack backtrace"));
}

#[test]
fn no_figure_or_table_comes_as_text() {
    for page in pages(site()) {
        let html = fs::read_to_string(&page).expect("the page is written");
        for shown in html.split("data-mime-type=\"text/plain\"").skip(1) {
            let text = shown.split("</div>").next().unwrap_or_default();
            // Progress is text, and has a bar as well.
            let is_bar = |line: &str| line.contains("███") && !line.contains(" of ");
            let drawn = text
                .lines()
                .any(|line| is_bar(line) || line.starts_with("  what "));
            assert!(!drawn, "{}: {text}", page.display());
        }
    }
}

/// Every page of a site.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there").flatten();
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(pages(&path));
        } else if path.extension().is_some_and(|end| end == "html") {
            found.push(path);
        }
    }
    found
}

#[test]
fn of_progress_the_last_line_is_left() {
    let page = site().join("solutions/5_data_pipeline.html");
    let html = fs::read_to_string(&page).expect("the page is written");
    assert_eq!(html.matches("items: 40 of 40 in").count(), 1);
    assert_eq!(html.matches("of 40 in").count(), 1, "and none before it");
}

#[test]
fn every_exercise_and_every_solution_has_its_page_and_its_verdict() {
    for folder in ["exercises", "solutions"] {
        // Beside each page lies its notebook.
        let pages = pages(&site().join(folder));
        let notebooks = fs::read_dir(common::notebooks().join(folder)).expect("a folder");
        assert_eq!(pages.len(), notebooks.count(), "{pages:?}");
        for page in pages {
            let html = fs::read_to_string(&page).expect("the page is written");
            let verdict = if folder == "solutions" {
                "Passed"
            } else {
                "not-written"
            };
            assert!(
                html.contains(verdict),
                "{} says no {verdict}",
                page.display()
            );
        }
    }
}
