//! What a notebook sees of a kernel when crates are added, when processes end, and how much comes through.

#![cfg(target_os = "linux")]

mod common;

use common::{code, root, run_in};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// What came of this.
#[track_caller]
fn tells(scenario: &str) -> Value {
    let folder = root().join("notebooks/exercises");
    let told = common::told(common::jupyter("front.py").arg(scenario).arg(folder));
    assert_eq!(told["after"], json!([]), "{told:#}");
    told
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn a_crate_that_changes_nothing_else_leaves_variables_alone() {
    let folder = TempDir::new().expect("a folder");
    let cells = [
        code("let kept = 41_u32;"),
        code(
            "let lock = std::path::Path::new(&std::env::var(\"ASYNC_LAB_SCRATCH\")?).with_file_name(\"Cargo.lock\");\n\
             let before = std::fs::read_to_string(&lock)?;",
        ),
        code(":dep itoa = \"1\"\nassert_eq!(itoa::Buffer::new().format(kept), \"41\");"),
        code("assert_eq!(kept, 41);"),
        // No crate that `support` is made of has another version, whatever the registry has by now.
        code(
            "{ let after = std::fs::read_to_string(&lock)?;\n\
             let versions: Vec<&str> = before.lines().filter(|line| line.starts_with(\"checksum\")).collect();\n\
             assert!(versions.len() > 50 && versions.iter().all(|version| after.contains(version))); }",
        ),
    ];
    run_in(folder.path(), &cells, &[], &[]).assert_ok();
}

/// What crates that learners often add ask of those that `support` is made of (`itertools`, `futures`, `rayon`, `rand` and
/// others, as `support/Cargo.toml` has them), and nothing that is not downloaded.
const ASKED: &str = "
base64 = \"0.22\"
crossbeam-utils = \"0.8\"
either = { version = \"1\", features = [\"use_std\"] }
futures = \"0.3\"
getrandom = { version = \"0.4\", features = [\"std\", \"sys_rng\"] }
log = { version = \"0.4\", features = [\"std\"] }
num-traits = { version = \"0.2\", features = [\"i128\"] }
slab = \"0.4\"
thiserror = \"2\"
tokio-util = \"0.7\"
tracing-core = \"0.1\"
";

/// What derives and attributes such as `async-trait` ask of what they are made with.
const ASKED_BY_MACROS: &str = "
syn2 = { package = \"syn\", version = \"2\", features = [\"visit\", \"visit-mut\"] }
syn3 = { package = \"syn\", version = \"3\", features = [\"visit-mut\"] }
";

/// A crate in a folder of its own, with more in its manifest.
fn crate_in(folder: &Path, name: &str, manifest: &str, source: &str) {
    let (here, head) = (folder.join(name), "edition = \"2024\"\n[workspace]\n");
    fs::create_dir_all(here.join("src")).expect("made");
    let manifest = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\n{head}{manifest}");
    fs::write(here.join("Cargo.toml"), manifest).expect("written");
    fs::write(here.join("src/lib.rs"), source).expect("written");
}

#[test]
fn a_crate_that_asks_for_what_common_crates_do_leaves_variables_alone() {
    let folder = TempDir::new().expect("a folder");
    let macros = format!("[lib]\nproc-macro = true\n[dependencies]{ASKED_BY_MACROS}");
    crate_in(folder.path(), "macros", &macros, "");
    let common = format!("[dependencies]\nmacros = {{ path = \"../macros\" }}{ASKED}");
    let source = "pub fn two() -> u32 { either::Either::<u32, u32>::Left(2).into_inner() }";
    crate_in(folder.path(), "common", &common, source);
    let path = folder.path().join("common");
    let cells = [
        code("let kept = 41_u32;"),
        code(format!(
            ":dep common = {{ path = \"{}\" }}\nassert_eq!(common::two(), 2);",
            path.display()
        )),
        code("assert_eq!(kept, 41);"),
    ];
    run_in(folder.path(), &cells, &[], &[]).assert_ok();
}

#[test]
fn a_crate_that_cannot_be_had_is_said_so_in_one_sentence() {
    let folder = TempDir::new().expect("a folder");
    // Nobody listens on this port, and nothing is asked past it.
    let proxy = Path::new("http://127.0.0.1:9");
    let variables = [
        ("CARGO_HTTP_PROXY", proxy),
        ("NO_PROXY", Path::new("")),
        ("no_proxy", Path::new("")),
    ];
    let cells = [code(":dep async-lab-is-not-a-crate = \"1\"")];
    let ran = run_in(folder.path(), &cells, &[], &variables);
    let failed = ran.failed();
    assert_eq!(
        failed[0].2,
        "Error: `async-lab-is-not-a-crate` is not downloaded, and there is no network now",
        "{}",
        ran.stderr
    );
}

#[test]
fn a_crate_that_changes_support_says_so_and_its_cell_has_a_result() {
    let told = tells("changing_crate");
    let cell = &told["crate"];
    assert_eq!(
        cell["prints"],
        "`memory-stats` was added and changes what `support` is built from: variables start anew.\n",
        "{told:#}"
    );
    assert_eq!(cell["shows"], "true");
    assert_eq!((&cell["status"], &cell["count"]), (&json!("ok"), &json!(2)));
    assert_eq!(told["function"]["shows"], "8");
    assert!(text(&told["variable"]["error"]).contains("cannot find value `kept`"));
    // From then on, all is as ever.
    assert_eq!(
        (&told["kept"]["shows"], &told["kept"]["count"]),
        (&json!("1"), &json!(6))
    );
}

#[test]
fn names_of_a_known_type_are_asked_for_without_a_panic() {
    assert_eq!(tells("known_types")["spoilt"], json!([]));
}

#[test]
fn a_process_of_cells_that_ends_says_why_and_the_next_has_its_settings() {
    let told = tells("killed_cells");
    let error = text(&told["kills"]["error"]);
    assert!(
        error.contains("(SIGKILL)") && error.contains("hint: "),
        "{told:#}"
    );
    let panic = text(&told["panic"]["error"]);
    assert!(panic.contains("after it"), "{told:#}");
    assert!(!panic.contains("stack backtrace"), "{panic}");
    assert!(text(&told["exits"]["error"]).contains("exit status: 3"));
    assert_eq!(told["exits"]["count"], 3);
}

#[test]
fn an_interrupt_ends_a_cell_and_takes_nothing_away_between_cells() {
    let told = tells("interrupted");
    assert_eq!(told["kept"]["shows"], "41", "{told:#}");
    assert!(
        text(&told["error"]).starts_with("The cell was interrupted"),
        "{told:#}"
    );
}

#[test]
fn a_front_that_is_killed_leaves_no_process_behind_not_even_one_that_computes() {
    let told = tells("killed_front");
    assert_eq!(told["left"], json!([]));
    // The front, evcxr, the cells.
    assert_eq!(told["processes"], 3);
}

#[test]
fn a_kernel_ends_with_its_jupyter_however_that_ends() {
    let told = tells("orphaned");
    assert_eq!(told["left"], json!([]));
    assert_eq!(told["left_of_early"], json!([]));
    assert_eq!(told["processes"], 3);
}

#[test]
fn a_kernel_without_its_folder_says_what_to_do() {
    let told = tells("removed_folder");
    assert!(
        text(&told["cell"]["error"]).contains("Restart Kernel"),
        "{told:#}"
    );
}

#[test]
fn many_lines_and_a_large_figure_come_through_whole() {
    let told = tells("large_outputs");
    assert_eq!(told["lines"], true);
    assert_eq!(told["figure"], 5_000_002);
}
