//! What drifts, and what comes back.

use super::*;
use crate::notebook::{self, scratch::Checkout, tested};
use serde_json::{Value, json};

fn cell(id: &str, source: &str, tags: &[&str]) -> Value {
    json!({ "cell_type": "code", "id": id, "metadata": { "tags": tags }, "source": source,
            "outputs": [], "execution_count": null })
}

/// A checkout without git with one exercise in sync, known to the lab as it is.
fn checkout() -> (tempfile::TempDir, Paths) {
    let scratch = tempfile::tempdir().expect("a folder");
    let paths = Paths::of(scratch.path()).expect("a folder");
    let solution = tidy(&Notebook {
        json: json!({ "cells": [cell("a", "1 + 1", &[]), cell("b", "2", &[EXERCISE])] }),
    });
    let mut exercise = solution.clone();
    exercise.json["cells"][1]["source"] = json!(["todo!(\"two\")"]);
    write(&paths, "solutions/1_x.ipynb", &solution);
    write(&paths, "exercises/1_x.ipynb", &exercise);
    Course::of(&paths).expect("known");
    (scratch, paths)
}

fn write(paths: &Paths, inside: &str, notebook: &Notebook) {
    let text = notebook.text().expect("JSON");
    files::write(&paths.notebooks().join(inside), text).expect("written");
}

fn read(paths: &Paths, inside: &str) -> Notebook {
    Notebook::read(&paths.notebooks().join(inside)).expect("read")
}

fn change(paths: &Paths, inside: &str, change: impl FnOnce(&mut Value)) {
    let mut notebook = read(paths, inside);
    change(&mut notebook.json);
    write(paths, inside, &notebook);
}

fn sources(notebook: &Notebook) -> Vec<String> {
    notebook.cells().iter().map(notebook::source).collect()
}

/// What drifts after a change of the exercise.
fn drift_after(spoil: impl FnOnce(&mut Value)) -> Option<String> {
    let (_scratch, paths) = checkout();
    change(&paths, "exercises/1_x.ipynb", spoil);
    let drift = drift_in_folder(&paths, "exercises/1_x.ipynb").expect("it can be told");
    drift.map(|drift| drift.why)
}

#[test]
fn a_starter_may_differ_and_nothing_else() {
    assert_eq!(drift_after(|_| {}), None);
    let why = drift_after(|exercise| exercise["cells"][0]["source"] = json!(["1 + 2"]));
    assert_eq!(
        why.as_deref(),
        Some("the cell that begins with `1 + 2` differs from the solution's")
    );
}

#[test]
fn outputs_and_foreign_metadata_are_found() {
    let why = drift_after(|exercise| {
        exercise["cells"][0]["outputs"] = json!([{ "output_type": "stream" }])
    });
    assert_eq!(
        why.as_deref(),
        Some("the cell that begins with `1 + 1` has outputs")
    );
    let why = drift_after(|exercise| exercise["metadata"] = json!({}));
    assert_eq!(why.as_deref(), Some("its metadata is not the kernel's"));
}

#[test]
fn a_missing_cell_is_found() {
    let why = drift_after(|exercise| {
        exercise["cells"].as_array_mut().expect("cells").pop();
    });
    assert_eq!(why.as_deref(), Some("it has 1 cells, its solution 2"));
}

#[test]
fn what_a_solution_has_new_is_carried_around_a_learner_s_work() {
    let (_scratch, paths) = checkout();
    change(&paths, "exercises/1_x.ipynb", |exercise| {
        let cells = exercise["cells"].as_array_mut().expect("cells");
        cells[0]["outputs"] = json!([{ "output_type": "stream" }]);
        cells[1]["source"] = json!(["my answer"]);
        cells.push(cell("note", "my note", &[]));
    });
    let before = read(&paths, "exercises/1_x.ipynb");
    all(&paths, Mode::Carry).expect("nothing to carry");
    assert_eq!(read(&paths, "exercises/1_x.ipynb"), before);
    assert!(
        all(&paths, Mode::Check).is_err(),
        "it is not what is committed"
    );
    assert_eq!(read(&paths, "exercises/1_x.ipynb"), before);

    // A learner's cell in a solution that has run is no news.
    change(&paths, "solutions/1_x.ipynb", |solution| {
        let cells = solution["cells"].as_array_mut().expect("cells");
        cells.push(cell("tried", "tried()", &[]));
        cells[0]["execution_count"] = 3.into();
    });
    all(&paths, Mode::Carry).expect("nothing to carry");
    assert_eq!(read(&paths, "exercises/1_x.ipynb"), before);

    change(&paths, "solutions/1_x.ipynb", |solution| {
        let cells = solution["cells"].as_array_mut().expect("cells");
        cells.pop();
        cells[0]["execution_count"] = Value::Null;
        cells[0]["source"] = json!(["1 + 3"]);
    });
    all(&paths, Mode::Carry).expect("carried");
    let after = read(&paths, "exercises/1_x.ipynb");
    assert_eq!(sources(&after), ["1 + 3", "my answer", "my note"]);
    assert!(!paths.notebooks().join(kept::KEPT).exists());

    all(&paths, Mode::Tidy).expect("brought back");
    let tidied = read(&paths, "exercises/1_x.ipynb");
    assert_eq!(sources(&tidied), ["1 + 3", "my answer"]);
    assert_eq!(read(&paths, "kept/1_x-1.ipynb"), after);
    let error = all(&paths, Mode::Check).expect_err("an answer is no starter");
    assert!(
        error.to_string().contains("`my answer` holds an answer"),
        "{error}"
    );
    change(&paths, "exercises/1_x.ipynb", |exercise| {
        exercise["cells"][1]["source"] = json!(["todo!(\"two\")"]);
    });
    all(&paths, Mode::Check).expect("in sync");
}

#[test]
fn a_new_solution_gets_its_exercise_and_a_damaged_notebook_stops_no_other() {
    let (_scratch, paths) = checkout();
    let solution = read(&paths, "solutions/1_x.ipynb");
    write(&paths, "solutions/2_y.ipynb", &solution);
    fs::write(paths.notebooks().join("exercises/1_x.ipynb"), "{cut").expect("written");
    fs::write(paths.notebooks().join("exercises/Untitled.ipynb"), "{cut").expect("written");
    let error = all(&paths, Mode::Carry).expect_err("one is damaged");
    let said = format!("{error:#}");
    assert!(
        said.contains("1_x.ipynb") && !said.contains("Untitled"),
        "{said}"
    );
    let made = read(&paths, "exercises/2_y.ipynb");
    assert_eq!(
        sources(&made),
        ["1 + 1", "todo!(\"say the task in words\")"]
    );
}

#[test]
fn what_was_committed_in_another_form_fails() {
    let checkout = Checkout::with_git();
    checkout.learn();
    checkout.commit("With outputs, and no upstream that has them without");
    let found = tested::notebooks(&checkout.paths).expect("found");
    let error = found.assert_in_form().expect_err("they have drifted");
    assert!(error.to_string().contains("has outputs"), "{error}");
    assert!(all(&checkout.paths, Mode::Check).is_err());
}

#[test]
fn what_a_solution_has_new_is_tested_in_its_exercise_once_it_is_carried_over() {
    let checkout = Checkout::with_git();
    checkout.change("solutions/1_first.ipynb", |cells| {
        cells[0]["source"] = json!(["edited()"])
    });
    let behind = tested::notebooks(&checkout.paths).expect("found");
    assert!(behind.assert_in_form().is_err());
    all(&checkout.paths, Mode::Carry).expect("carried");
    let found = tested::notebooks(&checkout.paths).expect("found");
    found.assert_in_form().expect("it follows");
    for inside in ["exercises/1_first.ipynb", "solutions/1_first.ipynb"] {
        assert_eq!(sources(&checkout.read(inside))[0], "edited()");
    }
}
