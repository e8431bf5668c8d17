//! Exported pages show highlighted Rust and the figures, and ask nothing of any network.

use serde_json::Value;
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
fn a_page_names_no_script_style_or_picture_from_elsewhere() {
    let html = fs::read_to_string(page()).expect("the page is written");
    for start in [
        "src=\"http",
        "src=\"//",
        "href=\"http",
        "url(http",
        "@import",
        "import(",
    ] {
        assert!(!html.contains(start), "`{start}` in {}", page().display());
    }
    assert!(
        !html.contains("<script src") && !html.contains("<link"),
        "scripts and styles are in the page"
    );
}

#[test]
fn a_page_has_its_figures_and_its_verdict() {
    let html = fs::read_to_string(page()).expect("the page is written");
    assert!(
        html.matches("role=\"img\"").count() >= 5,
        "bars, three timelines, the timeline of the check"
    );
    assert!(html.contains("Passed"));
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
        assert_eq!(pages.len(), 5, "{pages:?}");
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

#[test]
fn links_lead_to_pages_that_are_there() {
    for page in ["index.html", "solutions/1_first_async_function.html"] {
        let page = site().join(page);
        let html = fs::read_to_string(&page).expect("the page is written");
        for link in html
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            if link.starts_with('#') || link.contains(':') {
                continue;
            }
            let target = page.parent().expect("a folder").join(link);
            assert!(target.exists(), "{} links to {link}", page.display());
        }
    }
}

/// Where a Chromium is found: it renders the page and tells what the page asked for.
#[test]
fn a_browser_renders_it_and_asks_for_nothing() {
    let chromium = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| {
            Command::new(name)
                .arg("--version")
                .output()
                .is_ok_and(|output| output.status.success())
        });
    let Some(chromium) = chromium else {
        println!("skipped: no Chromium on the PATH to render the page with");
        return;
    };
    // A page that does ask is seen to ask: without this, silence would prove nothing.
    let scratch = tempfile::tempdir().expect("a folder");
    let curious = scratch.path().join("curious.html");
    fs::write(&curious, "<img src=\"http://lab.invalid/x.png\">").expect("it is written");
    assert_eq!(rendered(chromium, &curious).1, ["http://lab.invalid/x.png"]);

    let (dom, asked) = rendered(chromium, &page());
    assert!(
        dom.contains("<svg") && dom.contains("<span class=\"k\">async</span>"),
        "{} characters",
        dom.len()
    );
    assert_eq!(asked, Vec::<String>::new());
}

/// What a browser makes of a page, and the addresses that the page, not the browser itself, asked for.
fn rendered(chromium: &str, page: &Path) -> (String, Vec<String>) {
    let scratch = tempfile::tempdir().expect("a folder");
    let log = scratch.path().join("net.json");
    let output = Command::new(chromium)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
        ])
        .args([
            "--disable-component-update",
            "--disable-sync",
            "--disable-quic",
            "--dump-dom",
        ])
        .arg(format!(
            "--user-data-dir={}",
            scratch.path().join("profile").display()
        ))
        .arg(format!("--log-net-log={}", log.display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("it starts");
    let log = fs::read_to_string(log).expect("the browser writes its log");
    // The browser may end before it closes the list.
    let log: Value = serde_json::from_str(&log)
        .or_else(|_| serde_json::from_str(&format!("{}]}}", log.trim_end().trim_end_matches(','))))
        .expect("the log is JSON");
    let mut asked: Vec<String> = log["events"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|event| &event["params"])
        // What the browser does on its own behalf has no origin.
        .filter(|params| {
            params["initiator"]
                .as_str()
                .is_some_and(|origin| origin != "not an origin")
        })
        .filter_map(|params| params["url"].as_str())
        .filter(|url| url.starts_with("http"))
        .map(str::to_owned)
        .collect();
    asked.dedup();
    (String::from_utf8_lossy(&output.stdout).into_owned(), asked)
}
