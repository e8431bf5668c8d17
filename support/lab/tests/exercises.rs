//! Attempts at an exercise, judged in the real kernel: what a learner's notebook says is what the tests of `support` say.

mod common;

use common::{code, dependencies, root, run};
use serde_json::Value;
use std::fs;

/// Each mistake that the exercise knows, and right answers written in different ways.
const ATTEMPTS: [&str; 9] = [
    "not_written",
    "not_awaited",
    "blocks_thread",
    "sequential",
    "runtime_in_runtime",
    "correct_join_all",
    "correct_join_set",
    "correct_spawn",
    "correct_join_macro",
];

/// The verdict as the first line of an attempt writes it.
fn written(verdict: &Value) -> String {
    if verdict["passed"] == true {
        return "passed".to_owned();
    }
    let findings = verdict["findings"].as_array().into_iter().flatten();
    let codes: Vec<_> = findings
        .filter_map(|finding| finding["code"].as_str())
        .collect();
    codes.join(", ")
}

/// One notebook for all: a learner, too, writes a function again and runs the check again.
#[test]
fn attempts_are_judged_in_the_kernel_as_they_are_outside() {
    let mut cells = vec![
        code(format!(
            "{}\nuse std::time::Duration;\nuse support::*;",
            dependencies()
        )),
        code("const STEP: Duration = Duration::from_millis(200);"),
    ];
    let mut expected = Vec::new();
    for attempt in ATTEMPTS {
        let file = format!("support/tests/attempts/1_first_async_function/{attempt}.rs");
        let source = fs::read_to_string(root().join(file)).expect("the attempt is there");
        let line = source.lines().next().unwrap_or_default();
        expected.push(line.replace("// expects: ", ""));
        cells.push(code(source));
        cells.push(code("check::first_async_function(fetch, fetch_all)"));
    }
    let ran = run(&cells, &[]);
    ran.assert_ok();
    let verdicts = ran.line["verdicts"]
        .as_array()
        .expect("verdicts are listed");
    let found: Vec<_> = verdicts.iter().map(written).collect();
    assert_eq!(found, expected, "{:#}", ran.line);
}
