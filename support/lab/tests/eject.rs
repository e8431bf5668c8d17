//! Every solution, as a program of its own, does what its notebook does.

mod common;

use common::root;
use std::process::Command;
use tempfile::TempDir;

/// For each exercise what its program must print: results, measurements and the verdict.
const SHAPES: [(u32, &[&str]); 5] = [
    (
        1,
        &[
            "Got data3",
            "Three fetches: waiting in turn",
            "asynchronous",
            "The cell has ended.",
        ],
    ),
    (2, &["Three users: in turn, and together", "answered"]),
    (3, &["Ten requests over one client", "/posts/10"]),
    (4, &["Fifty queries through a pool", "connections: 10"]),
    (
        5,
        &[
            "=== Pipeline complete ===",
            "output/result_5.json",
            "saved item 3",
            "cut short",
        ],
    ),
];

#[test]
fn every_solution_builds_and_runs_as_a_project() {
    let scratch = TempDir::new().expect("a folder");
    for (number, shapes) in SHAPES {
        let project = scratch.path().join(number.to_string());
        let ejected = Command::new(env!("CARGO_BIN_EXE_lab"))
            .args(["eject", &number.to_string(), "--solution"])
            .arg(&project)
            // What is built already need not be built again.
            .env("CARGO_TARGET_DIR", root().join("target"))
            .output()
            .expect("it starts");
        assert!(ejected.status.success(), "{ejected:?}");
        let ran = Command::new(env!("CARGO"))
            .args(["run", "--quiet", "--offline", "--locked"])
            .current_dir(&project)
            .env("CARGO_TARGET_DIR", root().join("target"))
            .output()
            .expect("cargo starts");
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(
            ran.status.success(),
            "{number}: {said}\n{}",
            String::from_utf8_lossy(&ran.stderr)
        );
        assert!(said.contains("\nPassed\n"), "{number}: {said}");
        for shape in shapes {
            assert!(said.contains(shape), "{number}: no `{shape}` in {said}");
        }
        assert!(!said.contains("EVCXR"), "{number}: {said}");
    }
}

#[test]
fn what_is_not_solved_or_would_be_lost_is_refused() {
    let scratch = TempDir::new().expect("a folder");
    let refused = |arguments: &[&str], folder: &std::path::Path| {
        let output = Command::new(env!("CARGO_BIN_EXE_lab"))
            .arg("eject")
            .args(arguments)
            .arg(folder)
            .output()
            .expect("it starts");
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let new = scratch.path().join("new");
    assert!(refused(&["9", "--solution"], &new).contains("no exercise 9"));
    assert!(!new.exists());
    std::fs::write(scratch.path().join("mine.txt"), "kept").expect("written");
    assert!(refused(&["1", "--solution"], scratch.path()).contains("holds something already"));
    assert_eq!(std::fs::read_dir(scratch.path()).expect("there").count(), 1);
}
