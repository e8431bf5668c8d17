//! What the Python lab and courses on async Rust teach is taught here: the tables in `coverage.md` name cells that exist.
//! Whether a cell does teach what its row says, only a reader can tell.

mod lab;

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The names that courses have in the second table.
const COURSES: [&str; 4] = ["Tokio", "async book", "Comprehensive", "Exercises"];

/// A topic, and the cell that teaches it.
struct Row {
    topic: String,
    notebook: String,
    cell: String,
}

/// The page, from the heading of a table to the next heading.
fn section(title: &str) -> String {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/coverage.md"));
    let page = page.expect("the page is there");
    let mut sections = page.split("\n## ").skip(1);
    let section = sections.find(|section| section.lines().next() == Some(title));
    section
        .unwrap_or_else(|| panic!("no section `{title}`"))
        .to_owned()
}

/// The rows below a heading, without the two that name the columns.
fn table<const COLUMNS: usize>(title: &str) -> Vec<[String; COLUMNS]> {
    section(title)
        .lines()
        .filter(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| {
            let columns = line.trim_matches('|').split(" | ").map(str::trim);
            let columns: Vec<_> = columns.map(str::to_owned).collect();
            let row: Result<[String; COLUMNS], _> = columns.try_into();
            row.unwrap_or_else(|_| panic!("not {COLUMNS} columns: {line}"))
        })
        .collect()
}

/// Rows of the second table: topic, courses, notebook, cell.
fn of_courses() -> Vec<[String; 4]> {
    table("What courses on async Rust teach, and where")
}

/// The rows of all tables.
fn rows() -> Vec<Row> {
    let mut rows: Vec<[String; 3]> = table("What the Python lab teaches, and where");
    rows.extend(table("What else is taught here"));
    let courses = of_courses().into_iter();
    rows.extend(courses.map(|[topic, _, notebook, cell]| [topic, notebook, cell]));
    rows.into_iter()
        .map(|[topic, notebook, cell]| Row {
            topic,
            notebook,
            cell,
        })
        .collect()
}

fn cells(notebook: &str) -> Vec<Value> {
    let text = fs::read_to_string(lab::notebooks().join(notebook).with_extension("ipynb"))
        .unwrap_or_else(|error| panic!("{notebook}: {error}"));
    let notebook: Value = serde_json::from_str(&text).expect("a notebook is JSON");
    notebook["cells"].as_array().expect("it has cells").clone()
}

#[test]
fn each_row_names_a_cell_that_is_there_and_says_something() {
    for Row {
        topic,
        notebook,
        cell: id,
    } in rows()
    {
        let cells = cells(&notebook);
        let cell = cells.iter().find(|cell| cell["id"] == id.as_str());
        let cell = cell.unwrap_or_else(|| panic!("{topic}: no cell `{id}` in {notebook}"));
        assert!(
            !cell["source"].as_array().expect("lines").is_empty(),
            "{topic}: `{id}` in {notebook} is empty"
        );
    }
}

#[test]
fn each_of_the_33_topics_is_taught_by_a_course_that_is_known() {
    let rows = of_courses();
    let topics: BTreeSet<_> = rows.iter().map(|[topic, ..]| topic).collect();
    assert_eq!((rows.len(), topics.len()), (33, 33), "rows, and topics");
    let mut teach = BTreeSet::new();
    for [topic, courses, ..] in &rows {
        for course in courses.split(", ") {
            assert!(COURSES.contains(&course), "{topic}: `{course}`");
            teach.insert(course);
        }
    }
    assert_eq!(teach, BTreeSet::from(COURSES), "each course teaches some");
}

#[test]
fn every_notebook_that_teaches_is_in_a_table() {
    let named: BTreeSet<_> = rows().into_iter().map(|row| row.notebook).collect();
    for folder in ["solutions", "examples", "guides"] {
        let folder_of = lab::notebooks().join(folder);
        for entry in fs::read_dir(folder_of)
            .expect("the folder is there")
            .flatten()
        {
            let file = entry.file_name();
            let name = file.to_str().and_then(|name| name.strip_suffix(".ipynb"));
            // Copies and new notebooks of a learner's have other names.
            if let Some(name) = name.filter(|name| lab::is_of_the_lab(name)) {
                assert!(
                    named.contains(&format!("{folder}/{name}")),
                    "{folder}/{name}"
                );
            }
        }
    }
}
