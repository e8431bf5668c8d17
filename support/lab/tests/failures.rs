//! A notebook that does not do what it says makes `cargo lab run` fail, with the cell and the cause.

mod common;

use common::{code, failing, run, run_in};
use serde_json::json;
use std::fs;
use tempfile::TempDir;

/// Runs the cell after a sound one, and checks that it alone is named, with this cause.
#[track_caller]
fn fails_with(source: &str, cause: &str, words: &str) {
    let ran = run(
        &[code("println!(\"sound\")"), code(source)],
        &["--timeout", "20"],
    );
    assert_ne!(ran.exit, 0);
    assert_eq!(ran.line["ok"], false, "{}", ran.stderr);
    let failed = ran.failed();
    assert_eq!(failed.len(), 1, "{failed:?}\n{}", ran.stderr);
    let (index, found, message) = &failed[0];
    assert_eq!((*index, found.as_str()), (1, cause), "{message}");
    assert!(message.contains(words), "{message}");
}

#[test]
fn a_compile_error() {
    fails_with(
        "let number: u32 = \"text\";",
        "compile-error",
        "mismatched types",
    );
}

#[test]
fn a_panic() {
    fails_with(
        "panic!(\"the words of <script>\")",
        "panic",
        "the words of <script>",
    );
}

#[test]
fn a_panic_in_an_awaiting_cell() {
    fails_with(
        "tokio::task::yield_now().await; panic!(\"late\")",
        "panic",
        "late",
    );
}

#[test]
fn an_error_through_a_question_mark() {
    fails_with(
        "std::fs::read_to_string(\"/no/such/file\")?;",
        "question-mark",
        "No such file",
    );
}

#[test]
fn an_endless_cell() {
    fails_with(
        "loop { std::thread::sleep(std::time::Duration::from_millis(50)); }",
        "timeout",
        "",
    );
}

#[test]
fn a_cell_that_ends_its_process() {
    fails_with("std::process::exit(3)", "process-ended", "exit status: 3");
}

#[test]
fn a_cell_that_kills_its_kernel() {
    let kill = "std::process::Command::new(\"kill\").args([\"-9\", &std::os::unix::process::parent_id().to_string()])\
                .status()?; std::thread::sleep(std::time::Duration::from_secs(60));";
    fails_with(kill, "kernel-died", "");
}

#[test]
fn a_demonstration_that_ends_otherwise() {
    let cells = [
        code(format!("{}\nuse support::*;", common::dependencies())),
        code("pitfall::panics(\"one\", || 1)"),
    ];
    let ran = run(&cells, &[]);
    assert_ne!(ran.exit, 0);
    assert_eq!(ran.failed()[0].1, "demonstration", "{:?}", ran.failed());
}

#[test]
fn a_cell_that_must_fail_may_and_has_to() {
    let ran = run(
        &[
            failing("panic!(\"on purpose\")"),
            failing("let number: u32 = \"text\";"),
            code("1 + 1"),
        ],
        &[],
    );
    ran.assert_ok();
    let ran = run(&[failing("1 + 1")], &[]);
    assert_ne!(ran.exit, 0);
    assert_eq!(ran.failed()[0].1, "did-not-fail");
}

#[test]
fn what_follows_a_failure_is_skipped_and_said_so() {
    for failing in ["no_such_name", "panic!()", "\"x\".parse::<u8>()?;"] {
        let ran = run(&[code(failing), code("1 + 1")], &[]);
        assert_eq!(ran.line["cells"][1]["status"], "skipped", "{failing}");
    }
}

#[test]
fn a_kernel_that_ends_before_it_answers_is_started_again() {
    let folder = TempDir::new().expect("a folder");
    let kernel = folder.path().join("kernels/ends-once");
    fs::create_dir_all(&kernel).expect("made");
    let script = "mkdir \"$0\" 2>/dev/null && exit 1; exec \"$1\" kernel \"$2\"";
    let marker = folder.path().join("ended");
    let specification = json!({
        "argv": ["sh", "-c", script, marker, env!("CARGO_BIN_EXE_lab"), "{connection_file}"],
        "display_name": "Ends once",
        "language": "rust",
        "interrupt_mode": "message",
    });
    fs::write(kernel.join("kernel.json"), specification.to_string()).expect("written");
    let ran = run_in(
        folder.path(),
        &[code("1 + 1")],
        &["--kernel", "ends-once"],
        &[("JUPYTER_PATH", folder.path())],
    );
    ran.assert_ok();
    assert!(marker.is_dir(), "the first start ended at once");
}
