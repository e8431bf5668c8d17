//! The kernel keeps what Jupyter's specification promises: it passes Jupyter's own tests of kernels, all that Python's kernel passes.
//!
//! The stock kernel runs the same samples as ours, and stands in the table to be compared; nothing is asked of it.

mod common;

use common::{root, state, tool};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use tempfile::TempDir;

const OURS: &str = "async-lab";
const PYTHON: &str = "python3";
const STOCK: &str = "rust";

/// The tests that a kernel for Rust can pass: all but what has no counterpart in the language.
const TESTS: [&str; 11] = [
    "test_completion",
    "test_display_data",
    "test_error",
    "test_execute_result",
    "test_execute_stderr",
    "test_execute_stdout",
    "test_history",
    "test_inspect",
    "test_is_complete",
    "test_kernel_info",
    WELCOME,
];

/// Python's kernel passes it only when its welcome overtakes the end of an earlier request, which another of its threads
/// publishes: chance decides.
const WELCOME: &str = "test_recv_iopub_welcome_msg";

/// What came of each test, by kernel and name of the test; nothing where the tests cannot be had.
fn told(kernels: &[&str]) -> Option<Value> {
    let python = match common::packages("promises") {
        Ok(python) => python,
        Err(why) => {
            println!("skipped: Jupyter's tests of kernels, since {why}");
            return None;
        }
    };
    let scratch = TempDir::new().expect("a folder");
    let specifications = state().join("tests/kernels");
    if kernels.contains(&STOCK) {
        let installed = Command::new(tool("evcxr_jupyter"))
            .arg("--install")
            .env("JUPYTER_PATH", &specifications)
            .output()
            .expect("it starts");
        assert!(installed.status.success(), "{installed:?}");
    }
    let output = common::finding_kernel(python)
        .arg(root().join("support/lab/tests/promises.py"))
        .args(kernels)
        // The others leave there what they build, and what was run.
        .env("TMPDIR", scratch.path())
        .env("IPYTHONDIR", scratch.path().join("ipython"))
        .env("JUPYTER_PATH", specifications)
        .current_dir(scratch.path())
        .output()
        .expect("Python starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    // Kernels speak on the same standard output.
    let stdout = String::from_utf8_lossy(&output.stdout);
    let line = stdout.lines().rfind(|line| line.starts_with('{'));
    Some(serde_json::from_str(line.unwrap_or_default()).expect(&stderr))
}

fn outcome<'a>(told: &'a Value, kernel: &str, test: &str) -> &'a str {
    told[kernel][test]["outcome"]
        .as_str()
        .unwrap_or("did not run")
}

/// A row for each test, and below them why some have failed or were skipped.
fn table(told: &Value, kernels: &[&str]) -> String {
    let mut rows = format!("\n{:<30}{}", "test", row(kernels));
    let mut reasons: BTreeMap<(&str, String), Vec<&str>> = BTreeMap::new();
    let tests = kernels
        .iter()
        .filter_map(|kernel| told[*kernel].as_object());
    let tests: BTreeSet<_> = tests.flat_map(|tests| tests.keys()).collect();
    for test in tests {
        let outcomes = kernels.iter().map(|kernel| outcome(told, kernel, test));
        rows += &format!("\n{test:<30}{}", row(&outcomes.collect::<Vec<_>>()));
        for kernel in kernels {
            for why in told[*kernel][test]["why"].as_array().into_iter().flatten() {
                // A schema that does not fit is told in many lines.
                let words = why.as_str().unwrap_or_default().split_whitespace();
                let words = words.take(30).collect::<Vec<_>>().join(" ");
                reasons.entry((test, words)).or_default().push(kernel);
            }
        }
    }
    for ((test, words), kernels) in reasons {
        rows += &format!("\n- {test}, {}: {words}", kernels.join(", "));
    }
    rows
}

fn row(columns: &[&str]) -> String {
    columns.iter().map(|text| format!("{text:<12}")).collect()
}

/// The tests that a kernel passes.
fn passed<'a>(told: &'a Value, kernel: &str) -> BTreeSet<&'a str> {
    let tests = told[kernel].as_object().expect("the kernel was tested");
    let tests = tests.keys().map(String::as_str);
    tests
        .filter(|test| outcome(told, kernel, test) == "passed")
        .collect()
}

#[test]
fn every_test_of_kernels_that_pythons_passes_is_passed_and_the_stock_kernel_stands_beside() {
    let kernels = [OURS, PYTHON, STOCK];
    let Some(told) = told(&kernels) else {
        return;
    };
    println!("{}", table(&told, &kernels));
    let (ours, pythons) = (passed(&told, OURS), passed(&told, PYTHON));
    assert_eq!(ours, BTreeSet::from(TESTS), "ours passes all of them");
    // Else a test would ask for what Jupyter's own kernel does not keep.
    for test in TESTS.iter().filter(|test| **test != WELCOME) {
        assert!(pythons.contains(test), "Python's kernel fails {test}");
    }
    let missing: Vec<_> = pythons.difference(&ours).collect();
    assert!(
        missing.is_empty(),
        "Python's kernel passes {missing:?}, and ours does not"
    );
}
