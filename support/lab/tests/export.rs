//! The site shows highlighted Rust, the figures and the verdicts, and leads from exercises to solutions. How a browser takes
//! its pages, and that they ask nothing of any network, is for `browser/site.py`.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The site of all notebooks: that which `cargo lab test` has just made, else one made once for the tests of this file. There
/// is none where Python is older than Sphinx needs.
fn site() -> Option<&'static Path> {
    static SITE: OnceLock<Option<PathBuf>> = OnceLock::new();
    let made = || match std::env::var_os("ASYNC_LAB_SITE") {
        Some(made) => Some(made.into()),
        None => export("site", &[]),
    };
    SITE.get_or_init(made).as_deref()
}

fn export(name: &str, options: &[&str]) -> Option<PathBuf> {
    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let output = Command::new(env!("CARGO_BIN_EXE_lab"))
        .arg("export")
        .args(options)
        .arg("--out")
        .arg(&out)
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("needs Python 3.11") {
        println!("skipped: {said}");
        return None;
    }
    assert!(output.status.success(), "{said}");
    Some(out)
}

fn read(site: &Path, page: &str) -> String {
    fs::read_to_string(site.join(page)).expect("the page is written")
}

#[test]
fn a_page_has_its_figures_and_its_verdict() {
    let Some(site) = site() else { return };
    let html = read(site, "solutions/1_first_async_function.html");
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
    let Some(site) = site() else { return };
    for page in pages(site) {
        let html = fs::read_to_string(&page).expect("the page is written");
        for shown in html.split("output text_plain").skip(1) {
            let text = shown.split("</pre>").next().unwrap_or_default();
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
    let Some(site) = site() else { return };
    let html = read(site, "solutions/5_data_pipeline.html");
    assert_eq!(html.matches("items: 40 of 40 in").count(), 1);
    assert_eq!(html.matches("of 40 in").count(), 1, "and none before it");
}

#[test]
fn every_exercise_and_every_solution_has_its_page_and_its_verdict() {
    let Some(site) = site() else { return };
    for folder in ["exercises", "solutions"] {
        let pages = pages(&site.join(folder));
        let notebooks = fs::read_dir(common::notebooks().join(folder)).expect("a folder");
        assert_eq!(pages.len(), notebooks.count(), "{pages:?}");
        for page in pages {
            let html = fs::read_to_string(&page).expect("the page is written");
            let verdict = if folder == "solutions" {
                "Passed"
            } else {
                "Not there yet"
            };
            assert!(
                html.contains(verdict),
                "{} says no {verdict}",
                page.display()
            );
        }
    }
}

#[test]
fn exercises_and_solutions_lead_to_each_other_unless_solutions_are_left_out() {
    let Some(site) = site() else { return };
    let (exercise, solution) = (
        "exercises/3_http_requests.html",
        "solutions/3_http_requests.html",
    );
    assert!(read(site, exercise).contains(&format!("href=\"../{solution}\"")));
    assert!(read(site, solution).contains(&format!("href=\"../{exercise}\"")));
    let without =
        export("without-solutions", &["--without-solutions"]).expect("the other was made");
    assert!(!without.join("solutions").exists());
    for page in pages(&without) {
        let html = fs::read_to_string(&page).expect("the page is written");
        assert!(
            !html.contains("solutions/3_http_requests.html"),
            "{}",
            page.display()
        );
    }
}

#[test]
fn what_answers_a_question_is_folded() {
    let Some(site) = site() else { return };
    let html = read(site, "exercises/1_first_async_function.html");
    let folded: Vec<_> = html.split("<details class=\"answer\">").skip(1).collect();
    assert!(folded.len() >= 3, "{} questions", folded.len());
    for part in folded {
        let (answer, _) = part.split_once("</details>").expect("it ends");
        assert!(answer.contains("cell_output"), "{answer}");
        assert!(
            !answer.contains("cell_input"),
            "the next cell is to be seen: {answer}"
        );
    }
}

#[test]
fn a_page_says_what_it_is_about_and_what_ran_it() {
    let Some(site) = site() else { return };
    let html = read(site, "guides/patterns.html");
    for part in [
        "<html lang=\"en\"",
        "<meta name=\"description\"",
        "rel=\"icon\"",
        "This page ran on",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert!(html.contains(concat!(
        "The async lab, version ",
        env!("CARGO_PKG_VERSION")
    )));
    // What readers take along has not run.
    assert!(read(site, "_sources/guides/patterns.ipynb").contains("\"outputs\": []"));
}

#[test]
fn no_page_has_an_address_that_nobody_has_set() {
    let Some(site) = site() else { return };
    let readme = fs::read_to_string(common::root().join("README.md")).expect("it is there");
    assert!(!readme.contains("OWNER/REPO"));
    for page in pages(site) {
        let html = fs::read_to_string(&page).expect("the page is written");
        assert!(!html.contains("OWNER/REPO"), "{}", page.display());
    }
}
