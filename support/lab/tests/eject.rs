//! Every solution, as a program of its own, does what its notebook does.

mod common;

use common::{code, root};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};
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

/// Runs a project. What is built already need not be built again.
fn run(project: &Path) -> Output {
    Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline", "--locked"])
        .current_dir(project)
        .env("CARGO_TARGET_DIR", root().join("target"))
        .output()
        .expect("cargo starts")
}

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
        let ran = run(&project);
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
fn what_a_learner_adds_is_in_the_program() {
    let scratch = TempDir::new().expect("a folder");
    let checkout = scratch.path().join("lab");
    let exercises = checkout.join("notebooks/exercises");
    let own = checkout.join("notebooks/own");
    for folder in [
        &exercises,
        &checkout.join("notebooks/solutions"),
        &own.join("src"),
    ] {
        fs::create_dir_all(folder).expect("made");
    }
    for name in ["support", "Cargo.toml", "Cargo.lock"] {
        symlink(root().join(name), checkout.join(name)).expect("linked");
    }
    fs::write(
        own.join("Cargo.toml"),
        "[package]\nname = \"own\"\nedition = \"2024\"\n\n[workspace]\n",
    )
    .expect("written");
    let greeting = "pub fn greeting() -> &'static str { \"from a crate of one's own\" }";
    fs::write(own.join("src/lib.rs"), greeting).expect("written");

    let name = "1_first_async_function.ipynb";
    let solution = common::notebooks().join("solutions").join(name);
    fs::copy(&solution, checkout.join("notebooks/solutions").join(name)).expect("copied");
    let text = fs::read(&solution).expect("read");
    let mut notebook: Value = serde_json::from_slice(&text).expect("JSON");
    fs::write(exercises.join("1_first_async_function-Copy1.ipynb"), "{}").expect("written");
    let cells = notebook["cells"].as_array_mut().expect("cells");
    let answers = cells
        .iter_mut()
        .filter(|cell| cell["metadata"]["tags"] == json!(["exercise"]));
    for answer in answers {
        let lines = answer["source"].as_array_mut().expect("lines");
        lines.insert(0, "// todo!(\"was here\")\n".into());
    }
    cells.extend([
        code(":dep own = { path = \"../own\" }\nuse own::greeting;\nuse std::collections::BTreeMap;"),
        code("use std::collections::{BTreeMap, BTreeSet};\nfn twice(n: u32) -> u32 { n }"),
        code("fn twice(n: u32) -> u32 { 2 * n }\nlet all = BTreeMap::from([(twice(21), greeting())]);"),
        code("println!(\"{all:?} {}\", BTreeSet::from([1]).len());"),
    ]);
    fs::write(exercises.join(name), notebook.to_string()).expect("written");

    let project = scratch.path().join("project");
    let ejected = Command::new(env!("CARGO_BIN_EXE_lab"))
        .args(["eject", "1"])
        .arg(&project)
        .env("CARGO_PKG_NAME", "lab")
        .env("CARGO_MANIFEST_DIR", checkout.join("support/lab"))
        .env("CARGO_TARGET_DIR", root().join("target"))
        .output()
        .expect("it starts");
    assert!(ejected.status.success(), "{ejected:?}");
    let said = String::from_utf8_lossy(&ejected.stderr);
    assert!(!said.contains("Left out"), "{said}");
    let ran = run(&project);
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{ran:?}");
    for line in ["\nPassed\n", "{42: \"from a crate of one's own\"} 1"] {
        assert!(said.contains(line), "no `{line}` in {said}");
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
    assert!(refused(&["99", "--solution"], &new).contains("no exercise 99"));
    assert!(!new.exists());
    fs::write(scratch.path().join("mine.txt"), "kept").expect("written");
    assert!(refused(&["1", "--solution"], scratch.path()).contains("holds something already"));
    assert_eq!(fs::read_dir(scratch.path()).expect("there").count(), 1);
}
