//! What the lab assumes of evcxr, on a real kernel: each assumption of `src/evcxr.rs` under its name, so that a release which
//! breaks one says which.

#![cfg(target_os = "linux")]

mod common;

use common::{code, failing, run_in, state};
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A cell, and what its outputs must hold. Those of one name belong together.
struct Try {
    assumption: &'static str,
    source: &'static str,
    holds: fn(&str) -> bool,
    fails: bool,
}

const fn works(assumption: &'static str, source: &'static str, holds: fn(&str) -> bool) -> Try {
    Try {
        assumption,
        source,
        holds,
        fails: false,
    }
}

const fn fails(assumption: &'static str, source: &'static str, holds: fn(&str) -> bool) -> Try {
    Try {
        assumption,
        source,
        holds,
        fails: true,
    }
}

const TRIES: &[Try] = &[
    works(
        "settings",
        "(support::chart::Bar::new(\"a\", std::time::Duration::ZERO), std::env::var(\"RUST_BACKTRACE\"))",
        |said| said.contains("Bar") && said.contains("Ok(\\\"0\\\")"),
    ),
    works(
        "manifest",
        "println!(\"{}\", std::fs::read_to_string(std::env::var(\"EVCXR_TMPDIR\").unwrap() + \"/Cargo.toml\").unwrap())",
        |said| {
            let ours = include_str!("../assets/evcxr/Cargo.toml");
            let profile = |text: &str| -> Vec<String> {
                let lines = text
                    .lines()
                    .map(str::trim)
                    .filter(|line| line.contains(" = ") && !line.contains('{'));
                let mut lines: Vec<_> = lines.map(|line| line.replace('\'', "\"")).collect();
                lines.sort();
                lines
            };
            let printed: Value = serde_json::from_str(said).unwrap_or_default();
            let printed = printed[0]["text"].as_str().unwrap_or_default();
            profile(printed) == profile(ours)
        },
    ),
    works(
        "shims",
        "println!(\"{}\", std::env::var(\"EVCXR_TMPDIR\").unwrap())",
        |said| {
            let log = log_of(said);
            log.contains("cargo lab metadata") && log.contains("cargo lab compile")
        },
    ),
    works(
        "replay",
        "println!(\"{}\", std::env::var(\"EVCXR_TMPDIR\").unwrap())",
        |said| log_of(said).contains("a cell is compiled as before"),
    ),
    works(
        "source",
        "let parsed: u8 = \"1\".parse()?;\nlet source: String = std::fs::read_to_string(std::env::var(\"EVCXR_TMPDIR\")? + \"/src/lib.rs\")?;\n\
         (source.contains(\"\\nlet parsed: u8 = \"), source.contains(\"support::kernel::returned(error)\"))",
        |said| said.contains("(true, true)"),
    ),
    // As it is read, the memory of a variable says nothing of the fields that its type had.
    works(
        "types",
        "struct Assumed { id: u32 }\nlet assumed = Assumed { id: 1 };",
        |_| true,
    ),
    works("types", "struct Assumed { id: u64 }", |_| true),
    works("types", "1 + 1", |said| said.contains("`assumed` is gone")),
    works(
        "inference",
        "let number = \"7\".parse::<i32>()?;\nlet both = (number, vec![Some(\"x\")]);",
        |_| true,
    ),
    works("inference", "number + both.1.len() as i32", |said| {
        said.contains("\"8\"")
    }),
    works(
        "crates",
        ":dep itoa = \"1\"\nitoa::Buffer::new().format(5).to_owned()",
        |said| said.contains("5"),
    ),
    works(
        "markers",
        "println!(\"EVCXR_BEGIN_CONTENT text/html\\n<b>x</b>\\nEVCXR_END_CONTENT\");",
        |said| said.contains("<b>x</b>") && said.contains("text/html"),
    ),
    works("pipes", "print!(\"no end\"); eprint!(\"wrong\");", |said| {
        said.contains("\"no end\"") && said.contains("\"wrong\"")
    }),
    fails("panic", "panic!(\"this way\")", |said| {
        said.contains("\"Panic\"") && said.contains("\"this way\"")
    }),
    works("panic", "number", |said| said.contains("\"7\"")),
    fails("question mark", "\"x\".parse::<u8>()?;", |said| {
        said.contains("\"ErrorReturned\"") && said.contains("\"invalid digit found in string\"")
    }),
    works("runtime", "tokio::task::yield_now().await;", |_| true),
    works(
        "runtime",
        "tokio::runtime::Handle::try_current().is_ok()",
        |said| said.contains("true"),
    ),
    fails("compile error", "let wrong: u8 = \"text\";", |said| {
        said.contains("\"CompileError\"") && said.contains("E0308")
    }),
    fails("process end", "std::process::exit(3)", |said| {
        said.contains("\"ProcessEnded\"") && said.contains("exit status: 3")
    }),
];

/// Outputs with each text in one piece, as notebooks do not keep it.
fn joined(outputs: &Value) -> Value {
    match outputs {
        Value::Array(lines) if lines.iter().all(Value::is_string) => lines
            .iter()
            .filter_map(Value::as_str)
            .collect::<String>()
            .into(),
        Value::Array(all) => all.iter().map(joined).collect(),
        Value::Object(all) => {
            let all = all
                .iter()
                .map(|(name, value)| (name.clone(), joined(value)));
            Value::Object(all.collect())
        }
        other => other.clone(),
    }
}

/// What processes in the folder that a cell printed, and the programs that they started, have logged.
fn log_of(said: &str) -> String {
    let printed: Value = serde_json::from_str(said).unwrap_or_default();
    let folder = printed[0]["text"]
        .as_str()
        .unwrap_or_default()
        .trim()
        .to_owned();
    let log = fs::read_to_string(state().join("log")).expect("there is a log");
    let of_it = log.lines().filter(|line| line.contains(&folder));
    of_it.collect::<Vec<_>>().join("\n")
}

#[test]
fn each_holds_on_the_pinned_release() {
    let folder = TempDir::new().expect("a folder");
    let cells: Vec<_> = TRIES
        .iter()
        .map(|one| {
            if one.fails {
                failing(one.source)
            } else {
                code(one.source)
            }
        })
        .collect();
    let save = folder.path().join("saved");
    let options = ["--save", save.to_str().expect("UTF-8")];
    let ran = run_in(
        folder.path(),
        &cells,
        &options,
        &[("ASYNC_LAB_LOG", Path::new("lab=debug"))],
    );
    let saved = fs::read_dir(&save).expect("it was saved").flatten().next();
    let saved = fs::read_to_string(saved.expect("there is one").path()).expect("it is read");
    let saved: Value = serde_json::from_str(&saved).expect("it is a notebook");
    let mut broken = Vec::new();
    for (number, one) in TRIES.iter().enumerate() {
        let said = joined(&saved["cells"][number]["outputs"]).to_string();
        // No tag excuses the end of the process.
        let excused = one.assumption == "process end";
        if (ran.line["cells"][number]["status"] != "ok" && !excused) || !(one.holds)(&said) {
            broken.push(format!("{}: {}\n  {said}", one.assumption, one.source));
        }
    }
    assert!(
        broken.is_empty(),
        "evcxr does otherwise:\n{}\n{}",
        broken.join("\n"),
        ran.stderr
    );
}

#[test]
fn each_that_is_listed_is_tried() {
    let list = include_str!("../src/evcxr.rs");
    let listed = list
        .lines()
        .filter_map(|line| line.strip_prefix("//! - **")?.split("**").next());
    let mut tried: Vec<_> = TRIES.iter().map(|one| one.assumption).collect();
    tried.dedup();
    assert_eq!(listed.collect::<Vec<_>>(), tried);
}
