//! The pages that are no notebooks (front page, glossary, instructors' page) say what is so: the pages that there are, in one order
//! and with one time each, the codes of findings with the exercises that find them, words that the course uses, links that lead
//! somewhere.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use support::check::Code;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../notebooks")
}

fn page(name: &str) -> String {
    let path = folder().join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The texts of a notebook's cells, one after the other, or nothing where it is none of the course: those have a cell with the
/// title.
fn notebook(path: &Path) -> Option<Vec<String>> {
    let text = fs::read_to_string(path).ok()?;
    let notebook: Value = serde_json::from_str(&text).ok()?;
    let cells = notebook["cells"].as_array()?;
    if cells.first()?["id"] != "title" {
        return None;
    }
    let source = |cell: &Value| {
        let lines = cell["source"].as_array().into_iter().flatten();
        lines.filter_map(Value::as_str).collect::<String>()
    };
    Some(cells.iter().map(source).collect())
}

/// The notebooks of the course by their names (`guides/patterns`). A copy that JupyterLab made has a capital letter in its name.
fn course() -> BTreeMap<String, Vec<String>> {
    let mut course = BTreeMap::new();
    for inside in ["", "exercises", "solutions", "examples", "guides"] {
        let files = fs::read_dir(folder().join(inside)).expect("a folder");
        for path in files.flatten().map(|file| file.path()) {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let ours = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if path.extension().is_some_and(|end| end == "ipynb")
                && stem.chars().all(ours)
                && let Some(cells) = notebook(&path)
            {
                let name = Path::new(inside).join(stem.as_ref());
                course.insert(name.display().to_string(), cells);
            }
        }
    }
    course
}

/// Where the links of a text lead, in their order.
fn links(text: &str) -> Vec<&str> {
    let ends = text.split("](").skip(1);
    ends.filter_map(|rest| rest.split(')').next()).collect()
}

/// The rows of all tables of a page, each as its cells.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let rows = text.lines().filter(|line| line.starts_with('|'));
    // An escaped bar belongs to the code of its cell.
    rows.map(|row| {
        let mut cells = vec![];
        let (mut start, mut before) = (1, '|');
        for (at, letter) in row.char_indices().skip(1) {
            if letter == '|' && before != '\\' {
                cells.push(row[start..at].trim());
                start = at + 1;
            }
            before = letter;
        }
        cells
    })
    .collect()
}

/// The pages in the tables of contents of the front page.
fn contents(index: &str) -> Vec<String> {
    let trees = index.split("```{toctree}\n").skip(1);
    let entries = trees.flat_map(|tree| {
        let lines = tree.split("```").next().unwrap_or_default().lines();
        lines.filter(|line| !line.is_empty() && !line.starts_with(':'))
    });
    entries
        .map(|entry| match entry.split_once('<') {
            Some((_title, name)) => name.trim_end_matches('>').to_owned(),
            None => entry.to_owned(),
        })
        .collect()
}

/// How many minutes a page says that it takes.
fn minutes(cells: &[String]) -> Option<&str> {
    let mut words = cells[0].split_whitespace();
    words.find(|word| word.eq_ignore_ascii_case("about"))?;
    let number = words.next()?;
    (words.next()?.starts_with("minutes")).then_some(number)
}

#[test]
fn the_front_page_has_every_page_once() {
    let index = page("index.md");
    let listed = contents(&index);
    let names: BTreeSet<_> = listed.iter().cloned().collect();
    assert_eq!(names.len(), listed.len(), "a page is there twice");
    let others = ["glossary", "instructors"].map(str::to_owned);
    let wanted: BTreeSet<_> = course().into_keys().chain(others).collect();
    assert_eq!(names, wanted);
}

#[test]
fn the_table_of_steps_and_the_contents_have_one_order() {
    let index = page("index.md");
    let rows = rows(&index).concat().join("\n");
    let linked: Vec<_> = links(&rows)
        .into_iter()
        .map(|link| link.rsplit_once('.').map_or(link, |(name, _)| name))
        .collect();
    let listed = contents(&index);
    let listed: Vec<_> = listed
        .iter()
        .filter(|name| !name.starts_with("solutions/"))
        .collect();
    assert_eq!(listed, linked);
}

#[test]
fn every_table_says_the_minutes_that_the_page_itself_says() {
    let mut told = 0;
    // On the front page the minutes stand in the last column.
    for (table, column) in [("index.md", None), ("instructors.md", Some(2))] {
        let page = page(table);
        for row in rows(&page) {
            let Some(name) = links(&row.join(" "))
                .first()
                .and_then(|link| link.strip_suffix(".ipynb"))
                .map(str::to_owned)
            else {
                continue;
            };
            let course = course();
            let cells = course.get(&name).unwrap_or_else(|| panic!("no {name}"));
            if let Some(minutes) = minutes(cells) {
                let told_here = row[column.unwrap_or(row.len() - 1)];
                assert_eq!(told_here, minutes, "{name} in {table}");
                told += 1;
            }
        }
    }
    assert!(told >= 25, "only {told} rows were compared");
}

#[test]
fn the_steps_take_as_long_as_the_front_page_says() {
    let index = page("index.md");
    let steps = rows(&index);
    let minutes: u32 = steps
        .iter()
        .filter(|row| row[0].parse().is_ok_and(|step: u32| step > 0))
        .map(|row| row[3].parse::<u32>().expect("minutes"))
        .sum();
    assert!(index.contains("About six hours for the twelve steps"));
    assert_eq!((f64::from(minutes) / 60.0).round(), 6.0);
}

#[test]
fn the_instructors_page_has_every_code_with_the_exercises_that_find_it() {
    let exercises = course();
    let exercises = exercises
        .keys()
        .filter_map(|name| name.strip_prefix("exercises/"));
    let mut finds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for exercise in exercises {
        let number = exercise.split('_').next().unwrap_or_default();
        for code in Code::ALL {
            // These alone start a server or a database, and so may be unable to run.
            let cannot_run = *code == Code::CheckFailed && matches!(number, "3" | "4" | "5");
            if cannot_run || Code::of(exercise).contains(code) {
                finds.entry(code.name()).or_default().push(number);
            }
        }
    }
    assert_eq!(
        finds.len(),
        Code::ALL.len(),
        "no exercise finds one of them"
    );
    let page = page("instructors.md");
    let mut told = BTreeMap::new();
    for row in rows(&page) {
        let code = row[0].trim_matches('`');
        if row[0] != code && row.len() == 4 {
            let before = told.insert(code, row[1].split(' ').collect::<Vec<_>>());
            assert_eq!(before, None, "{code} is there twice");
            assert!(row[3].len() > 5, "nothing to say about {code}");
        }
    }
    assert_eq!(told, finds);
}

/// The terms of the glossary, each with its definition.
fn terms(glossary: &str) -> Vec<(&str, String)> {
    let list = glossary.split("```{glossary}\n").nth(1).expect("the list");
    let list = list.split("\n```").next().unwrap_or_default();
    list.split("\n\n")
        .map(|entry| {
            let (term, definition) = entry.split_once('\n').expect("a term and a definition");
            assert!(definition.lines().all(|line| line.starts_with("  ")));
            let words: Vec<_> = definition.split_whitespace().collect();
            (term, words.join(" "))
        })
        .collect()
}

#[test]
fn each_term_of_the_glossary_is_used_on_a_page_that_it_links() {
    let (course, glossary) = (course(), page("glossary.md"));
    let mut before = String::new();
    for (term, definition) in terms(&glossary) {
        let plain = |text: &str| {
            text.replace(['`', '*'], "")
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .to_lowercase()
        };
        let linked = links(&definition);
        assert!(!linked.is_empty(), "{term} has no link");
        let used = linked.iter().any(|link| {
            let cells = course.get(link.trim_end_matches(".ipynb"));
            cells.is_some_and(|cells| plain(&cells.join("\n")).contains(&plain(term)))
        });
        assert!(used, "{term} does not occur in {linked:?}");
        let letters = |text: &str| -> String {
            let lower = text.to_lowercase();
            lower.chars().filter(|c| c.is_alphanumeric()).collect()
        };
        let now = letters(term);
        assert!(
            before < now,
            "{term} is there twice, or not in the order of letters"
        );
        before = now;
    }
}

#[test]
fn links_lead_to_files_that_exist() {
    for name in ["index.md", "glossary.md", "instructors.md"] {
        let page = page(name);
        let inside: Vec<_> = links(&page)
            .into_iter()
            .filter(|link| !link.starts_with("https://"))
            .collect();
        assert!(!inside.is_empty(), "{name} links no page");
        for link in inside {
            assert!(folder().join(link).is_file(), "{name}: {link}");
        }
    }
}
