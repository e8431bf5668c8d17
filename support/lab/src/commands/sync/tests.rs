//! What drifts, and what comes back.

use super::*;
use crate::notebook::{
    scratch::{Checkout, cell, sources},
    tested,
};
use serde_json::{Value, json};

const EXERCISE: &str = "exercises/1_first.ipynb";
const SOLUTION: &str = "solutions/1_first.ipynb";

/// Gives a checkout what a badge needs.
fn place_badge(checkout: &Checkout) {
    checkout.file("Cargo.toml", "[workspace.package]\n");
    let readme = badge::with_badge(&badge::place(), "").expect("a place");
    checkout.file("README.md", &readme);
}

/// A checkout without git, known to the lab as it is.
fn known() -> Checkout {
    let checkout = Checkout::new();
    place_badge(&checkout);
    Course::of(&checkout.paths).expect("known");
    checkout
}

#[test]
fn a_starter_may_differ_and_nothing_else() {
    type Spoil = fn(&mut Value);
    let spoilt: [(Spoil, Option<&str>); 5] = [
        (|_| {}, None),
        (
            |exercise| exercise["cells"][0]["source"] = json!(["other()"]),
            Some("the cell that begins with `other()` differs from the solution's"),
        ),
        (
            |exercise| {
                exercise["cells"][0]["outputs"] =
                    json!([{ "output_type": "stream", "name": "stdout", "text": "x" }])
            },
            Some("the cell that begins with `shared()` has outputs"),
        ),
        (
            |exercise| exercise["metadata"] = json!({}),
            Some("its metadata is not the kernel's"),
        ),
        (
            |exercise| drop(exercise["cells"].as_array_mut().expect("cells").pop()),
            Some("it has 2 cells, its solution 3"),
        ),
    ];
    for (spoil, expected) in spoilt {
        let checkout = known();
        let mut exercise = checkout.read(EXERCISE);
        spoil(&mut exercise.json);
        let path = format!("notebooks/{EXERCISE}");
        checkout.file(&path, &exercise.text().expect("JSON"));
        let drift = drift_in_folder(&checkout.paths, EXERCISE).expect("it can be told");
        assert_eq!(drift.map(|drift| drift.why).as_deref(), expected);
    }
}

#[test]
fn what_a_solution_has_new_is_carried_around_a_learner_s_work() {
    let checkout = known();
    let paths = &checkout.paths;
    checkout.change(EXERCISE, |cells| {
        cells[0]["outputs"] = json!([{ "output_type": "stream" }]);
        cells[1]["source"] = json!(["my answer"]);
        cells.push(cell("note", "my note"));
    });
    let before = checkout.read(EXERCISE);
    all(paths, Mode::Carry).expect("nothing to carry");
    assert_eq!(checkout.read(EXERCISE), before);
    assert!(
        all(paths, Mode::Check).is_err(),
        "it is not what is committed"
    );
    assert_eq!(checkout.read(EXERCISE), before);

    // A learner's cell in a solution that has run is no news.
    checkout.change(SOLUTION, |cells| {
        cells.push(cell("tried", "tried()"));
        cells[0]["execution_count"] = 3.into();
    });
    all(paths, Mode::Carry).expect("nothing to carry");
    assert_eq!(checkout.read(EXERCISE), before);

    checkout.change(SOLUTION, |cells| {
        cells.pop();
        cells[0]["execution_count"] = Value::Null;
        cells[0]["source"] = json!(["newer()"]);
    });
    all(paths, Mode::Carry).expect("carried");
    let after = checkout.read(EXERCISE);
    assert_eq!(
        sources(&after),
        ["newer()", "my answer", "check()", "my note"]
    );
    assert!(!checkout.is_there(kept::KEPT));

    all(paths, Mode::Tidy).expect("brought back");
    let tidied = checkout.read(EXERCISE);
    assert_eq!(sources(&tidied), ["newer()", "my answer", "check()"]);
    assert_eq!(checkout.read("kept/1_first-1.ipynb"), after);
    let error = all(paths, Mode::Check).expect_err("an answer is no starter");
    assert!(
        error.to_string().contains("`my answer` holds an answer"),
        "{error}"
    );
    checkout.change(EXERCISE, |cells| {
        cells[1]["source"] = json!(["todo!(\"two\")"]);
    });
    all(paths, Mode::Check).expect("in sync");
}

#[test]
fn a_new_solution_gets_its_exercise_and_a_damaged_notebook_stops_no_other() {
    let checkout = known();
    let solution = checkout.read(SOLUTION);
    checkout.write("solutions/3_third.ipynb", solution.cells().to_vec());
    checkout.file(&format!("notebooks/{EXERCISE}"), "{cut");
    checkout.file("notebooks/exercises/Untitled.ipynb", "{cut");
    let error = all(&checkout.paths, Mode::Carry).expect_err("one is damaged");
    let said = format!("{error:#}");
    assert!(
        said.contains("1_first.ipynb") && !said.contains("Untitled"),
        "{said}"
    );
    let made = checkout.read("exercises/3_third.ipynb");
    let starter = "todo!(\"say the task in words\")";
    assert_eq!(sources(&made), ["shared()", starter, "check()"]);
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
    place_badge(&checkout);
    checkout.change(SOLUTION, |cells| cells[0]["source"] = json!(["edited()"]));
    let behind = tested::notebooks(&checkout.paths).expect("found");
    assert!(behind.assert_in_form().is_err());
    all(&checkout.paths, Mode::Carry).expect("carried");
    let found = tested::notebooks(&checkout.paths).expect("found");
    found.assert_in_form().expect("it follows");
    for inside in [EXERCISE, SOLUTION] {
        assert_eq!(sources(&checkout.read(inside))[0], "edited()");
    }
}
