//! Attempts at exercises, put into the exercise's own notebook and run through the real kernel.

mod common;

use common::{Ran, root, run_file};
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

/// Runs an exercise with an attempt in its first cell tagged `exercise`; the others of that tag stay empty.
fn run_attempt(exercise: &str, attempt: &str) -> Ran {
    let file = root()
        .join("notebooks/exercises")
        .join(format!("{exercise}.ipynb"));
    let text = fs::read_to_string(file).expect("the exercise is there");
    let support = root().join("support");
    // The copy lies elsewhere, so the path of the first cell has to hold from there.
    let text = text.replace("\\\"../../support", &format!("\\\"{}", support.display()));
    let mut notebook: Value = serde_json::from_str(&text).expect("it is a notebook");
    let source = root()
        .join("support/tests/attempts")
        .join(exercise)
        .join(format!("{attempt}.rs"));
    let mut source = Some(fs::read_to_string(source).expect("the attempt is there"));
    for cell in notebook["cells"].as_array_mut().expect("it has cells") {
        if cell["metadata"]["tags"]
            .as_array()
            .is_some_and(|tags| tags.contains(&json!("exercise")))
        {
            cell["source"] = source.take().unwrap_or_default().into();
        }
    }
    let folder = TempDir::new().expect("a folder");
    let copy = folder.path().join("attempt.ipynb");
    fs::write(&copy, notebook.to_string()).expect("the copy is written");
    run_file(&copy, &[], &[])
}

#[track_caller]
fn finds(attempt: &str, code: &str) {
    let ran = run_attempt("1_first_async_function", attempt);
    assert_eq!(ran.findings(), [code], "{:#}\n{}", ran.line, ran.stderr);
    assert!(!ran.passed());
}

#[track_caller]
fn passes(attempt: &str) {
    let ran = run_attempt("1_first_async_function", attempt);
    ran.assert_ok();
    assert!(ran.passed(), "{:#}", ran.line);
}

#[test]
fn a_forgotten_await_is_named() {
    finds("not_awaited", "not-awaited");
}

#[test]
fn a_blocked_thread_is_named() {
    finds("blocks_thread", "blocks-thread");
}

#[test]
fn sequential_awaits_are_named() {
    finds("sequential", "sequential");
}

#[test]
fn a_runtime_in_the_runtime_is_named() {
    finds("runtime_in_runtime", "runtime-in-runtime");
}

#[test]
fn join_all_passes() {
    passes("correct_join_all");
}

#[test]
fn a_join_set_passes() {
    passes("correct_join_set");
}

#[test]
fn spawned_tasks_pass() {
    passes("correct_spawn");
}

#[test]
fn the_join_macro_passes() {
    passes("correct_join_macro");
}
