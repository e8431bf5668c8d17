//! Sees whether the program compiles, and which cells are to blame where it does not.

use crate::system::{paths::Paths, process, tools};
use anyhow::{Result, bail};
use serde_json::Value;
use std::env;
use std::path::{Path, PathBuf};

/// What the compiler has against a program.
#[derive(Debug)]
pub(super) struct Complaint {
    /// The line of `src/main.rs`, from one; nothing where it is about no line of it.
    pub(super) line: Option<usize>,
    /// In the compiler's words.
    pub(super) said: String,
}

/// Compiles the program in `folder` as far as it takes to know, and returns what is wrong with it.
pub(super) fn complaints(paths: &Paths, folder: &Path) -> Result<Vec<Complaint>> {
    // What several projects share is compiled once.
    let target = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let output = process::output(
        tools::cargo()?
            .args(["check", "--offline", "--locked", "--quiet"])
            .arg("--message-format=json")
            .current_dir(folder)
            .env(
                "CARGO_TARGET_DIR",
                target.unwrap_or_else(|| paths.state().join("ejected")),
            ),
    )?;
    let said = String::from_utf8_lossy(&output.stdout);
    let complaints: Vec<_> = said.lines().filter_map(complaint).collect();
    if !output.status.success() && complaints.is_empty() {
        bail!(
            "`cargo check` failed in `{}` ({}):\n{}",
            folder.display(),
            output.status,
            process::tail(&output.stderr)
        );
    }
    Ok(complaints)
}

/// An error among the messages of cargo, which are a line of JSON each.
fn complaint(line: &str) -> Option<Complaint> {
    let json: Value = serde_json::from_str(line).ok()?;
    let message = &json["message"];
    // The last one only says how many there were.
    if message["level"] != "error" || message["spans"].as_array()?.is_empty() {
        return None;
    }
    let spans = message["spans"].as_array().into_iter().flatten();
    let primary = spans.filter(|span| span["is_primary"] == true);
    Some(Complaint {
        line: primary.filter_map(in_main).next(),
        said: message["rendered"].as_str()?.trim_end().to_owned(),
    })
}

/// The line of `src/main.rs` that a place belongs to: a macro's text lies elsewhere, and is called from there.
fn in_main(span: &Value) -> Option<usize> {
    let mut span = span;
    while span["file_name"] != "src/main.rs" {
        span = span.get("expansion")?.get("span")?;
    }
    usize::try_from(span["line_start"].as_u64()?).ok()
}
