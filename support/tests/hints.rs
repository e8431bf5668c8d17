//! Every code that a check may find has a hint in its notebook, in three steps: where to look, which tool, the line.

mod lab;

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use support::check::Code;

/// The names of all exercises.
fn exercises() -> Vec<String> {
    lab::record::exercises(&lab::notebooks())
}

const HINT: &str = "<details><summary><code>";

/// The text of the cell with the hints.
fn hints(folder: &str, exercise: &str) -> String {
    let path = lab::notebooks()
        .join(folder)
        .join(exercise)
        .with_extension("ipynb");
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let notebook: Value = serde_json::from_str(&text).expect("a notebook is JSON");
    let cells = notebook["cells"].as_array().expect("it has cells");
    let cell = cells.iter().find(|cell| cell["id"] == "hints");
    let lines = cell.expect("it has a cell with hints")["source"].as_array();
    let lines = lines.expect("a source is a list of lines").iter();
    lines.filter_map(Value::as_str).collect()
}

#[test]
fn every_code_of_an_exercise_has_a_hint_there_and_no_other_has() {
    for exercise in exercises() {
        let wanted: BTreeSet<_> = Code::of(&exercise).iter().map(|code| code.name()).collect();
        assert!(!wanted.is_empty(), "{exercise}");
        for folder in ["exercises", "solutions"] {
            let text = hints(folder, &exercise);
            let named: Vec<_> = text
                .split(HINT)
                .skip(1)
                .filter_map(|hint| hint.split('<').next())
                .collect();
            let found: BTreeSet<_> = named.iter().copied().collect();
            assert_eq!(
                found.len(),
                named.len(),
                "{folder}/{exercise} has a hint twice"
            );
            assert_eq!(found, wanted, "{folder}/{exercise}");
        }
    }
}

#[test]
fn every_hint_has_three_steps_that_say_something() {
    for exercise in exercises() {
        for hint in hints("solutions", &exercise).split(HINT).skip(1) {
            let steps: Vec<_> = hint.split("</summary>").skip(1).collect();
            assert_eq!(steps.len(), 3, "{exercise}: {hint}");
            let says = |step: &&str| {
                step.split('<')
                    .next()
                    .is_some_and(|text| text.trim().len() > 5)
            };
            assert!(steps.iter().all(says), "{exercise}: {hint}");
        }
    }
}
