//! Everything that the Python lab teaches is taught here: the table in `coverage.md` names cells that exist.

mod lab;

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Rows of the table: topic, notebook, cell.
fn rows() -> Vec<[String; 3]> {
    let table = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/coverage.md"));
    let table = table.expect("the table is there");
    table
        .lines()
        .filter(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| {
            let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let row: [&str; 3] = cells.try_into().expect("a row has three columns");
            row.map(str::to_owned)
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
    for [topic, notebook, id] in rows() {
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
fn every_notebook_that_teaches_is_in_the_table() {
    let named: BTreeSet<_> = rows()
        .into_iter()
        .map(|[_, notebook, _]| notebook)
        .collect();
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
