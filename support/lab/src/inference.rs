//! Keeps the kernel's type inference small.
//!
//! The kernel infers the types of variables with rust-analyzer, which reads the sources of every crate there is: seconds
//! of one core before the first cell, and again at the first `let`. Most crates only serve others from within. So a kernel
//! gets a cargo home of its own, in which everything is a link to the real one but the two programs that rust-analyzer
//! asks what there is. They hand on everything but
//!
//! - `cargo metadata`, whose answer is shortened by [`answer`];
//! - `rustc --print sysroot` before the dependencies are declared: the kernel then runs a trial cell, which needs no
//!   standard library to be read.
//!
//! What is compiled does not change.

use crate::paths::Paths;
use crate::prepare::{toolchain::Toolchain, write_if_changed};
use crate::process;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// The crates through which the others come.
const OURS: [&str; 2] = ["support", "support-tokio"];

/// Crates that serve others from within: no variable of a cell has a type of theirs, nor of a crate behind them. One that
/// is missing here is read in vain, which costs time; one too many costs a variable its type.
const WITHIN: [&str; 25] = [
    "futures-macro",
    "getrandom",
    "hyper",
    "hyper-rustls",
    "hyper-util",
    "idna",
    "libc",
    "memchr",
    "mio",
    "parking_lot",
    "plotters",
    "quinn",
    "rustls",
    "rustls-pki-types",
    "rustls-platform-verifier",
    "serde_derive",
    "signal-hook-registry",
    "socket2",
    "sqlx",
    "tempfile",
    "tokio-macros",
    "tokio-rustls",
    "tower",
    "tower-http",
    "zmij",
];

/// Makes the cargo home of kernels ready, and returns where it is.
pub(crate) fn cargo_home(paths: &Paths, toolchain: &Toolchain) -> Result<PathBuf> {
    let home = paths.state().join("cargo-home");
    let real = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(env::home_dir()?.join(".cargo")))
        .context("there is no home folder for cargo\nhint: set CARGO_HOME")?;
    if real == home {
        // A kernel started from a cell of another one.
        return Ok(home);
    }
    let (bin, library) = (home.join("bin"), home.join("no-library"));
    let sources = library.join("lib/rustlib/src/rust/library");
    for folder in [&bin, &sources] {
        fs::create_dir_all(folder)
            .with_context(|| format!("`{}` could not be made", folder.display()))?;
    }
    for name in ["registry", "git", "config.toml", "credentials.toml"] {
        link(&real.join(name), &home.join(name))?;
    }
    if let Some(programs) = toolchain.rustc.parent() {
        link(programs, &library.join("bin"))?;
    }
    let lab = env::current_exe().context("the path of this command is unknown")?;
    let (lab, cargo, rustc) = (
        quoted(&lab),
        quoted(&toolchain.cargo),
        quoted(&toolchain.rustc),
    );
    // Of the standard library, and of a crate without its dependencies, there is nothing to leave out.
    write_program(
        &bin.join("cargo"),
        &format!(
            "case \"$*\" in\n*--no-deps*|*/rustlib/*) ;;\nmetadata*) exec {lab} metadata {cargo} \"$@\" ;;\nesac\nexec {cargo} \"$@\""
        ),
    )?;
    write_program(
        &bin.join("rustc"),
        &format!(
            "if [ \"$*\" = '--print sysroot' ] && ! grep -qs '^support = ' Cargo.toml; then\n  echo {}\n  exit\nfi\nexec {rustc} \"$@\"",
            quoted(&library)
        ),
    )?;
    Ok(home)
}

/// A path as a word of a shell's command line.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

fn write_program(file: &Path, lines: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    write_if_changed(file, &format!("#!/bin/sh\n{lines}\n"))?;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
        .with_context(|| format!("`{}` could not be made executable", file.display()))
}

/// A link to what is there; another process may be making the same one.
fn link(target: &Path, link: &Path) -> Result<()> {
    if !target.exists() || fs::read_link(link).is_ok_and(|known| known == target) {
        return Ok(());
    }
    // Nothing to remove is what is hoped for.
    let _ = fs::remove_file(link);
    match std::os::unix::fs::symlink(target, link) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(error).with_context(|| format!("`{}` could not be linked", link.display()))
        }
        _ => Ok(()),
    }
}

/// Asks the real cargo, and prints its answer without the crates that no cell has a type of.
pub(crate) fn answer(cargo: &Path, arguments: &[String]) -> Result<ExitCode> {
    let mut command = Command::new(cargo);
    command.args(arguments).stderr(Stdio::inherit());
    let output = command
        .output()
        .with_context(|| format!("`{}` could not be started", process::line(&command)))?;
    match serde_json::from_slice(&output.stdout) {
        Ok(metadata) => println!("{}", lean(metadata)),
        // Whatever it is, it is cargo's to say.
        Err(_) => print!("{}", String::from_utf8_lossy(&output.stdout)),
    }
    Ok(if output.status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The metadata without the crates that are reached only through one of those in [`WITHIN`], on the way from one of
/// [`OURS`]. A crate that a learner adds stays, with everything that it needs.
fn lean(mut metadata: Value) -> Value {
    let Some(kept) = kept(&metadata) else {
        return metadata;
    };
    let is_kept = |id: &Value| id.as_str().is_some_and(|id| kept.contains(id));
    if let Some(packages) = metadata["packages"].as_array_mut() {
        packages.retain(|package| is_kept(&package["id"]));
    }
    if let Some(nodes) = metadata["resolve"]["nodes"].as_array_mut() {
        nodes.retain(|node| is_kept(&node["id"]));
        for node in nodes {
            if let Some(ids) = node["dependencies"].as_array_mut() {
                ids.retain(is_kept);
            }
            if let Some(dependencies) = node["deps"].as_array_mut() {
                dependencies.retain(|dependency| is_kept(&dependency["pkg"]));
            }
        }
    }
    metadata
}

/// The packages that stay; nothing where the answer has no graph.
fn kept(metadata: &Value) -> Option<HashSet<String>> {
    let root = metadata["resolve"]["root"].as_str()?;
    let names: HashMap<&str, &str> = metadata["packages"]
        .as_array()?
        .iter()
        .filter_map(|package| Some((package["id"].as_str()?, package["name"].as_str()?)))
        .collect();
    let needs: HashMap<&str, Vec<&str>> = metadata["resolve"]["nodes"]
        .as_array()?
        .iter()
        .filter_map(|node| Some((node["id"].as_str()?, needed(node))))
        .collect();
    let is = |id: &str, known: &[&str]| names.get(id).is_some_and(|name| known.contains(name));
    let reached = |from: Vec<&str>, stops: &dyn Fn(&str) -> bool| {
        let (mut open, mut seen) = (from, HashSet::new());
        while let Some(id) = open.pop() {
            if !stops(id) && seen.insert(id.to_owned()) {
                open.extend(needs.get(id).into_iter().flatten());
            }
        }
        seen
    };
    let mut kept = reached(vec![root], &|id| is(id, &OURS));
    let ours = needs.keys().copied().filter(|id| is(id, &OURS)).collect();
    kept.extend(reached(ours, &|id| is(id, &WITHIN)));
    Some(kept)
}

/// What a package needs when it runs, apart from what only its build or its tests need.
fn needed(node: &Value) -> Vec<&str> {
    let runs = |dependency: &&Value| {
        let kinds = dependency["dep_kinds"].as_array();
        kinds.is_none_or(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()))
    };
    let dependencies = node["deps"].as_array().into_iter().flatten();
    dependencies
        .filter(runs)
        .filter_map(|dependency| dependency["pkg"].as_str())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn metadata(edges: &[(&str, &[&str])]) -> Value {
        let packages: Vec<_> = edges
            .iter()
            .map(|(name, _)| json!({ "id": name, "name": name }))
            .collect();
        let nodes: Vec<_> = edges
            .iter()
            .map(|(name, needs)| {
                let deps: Vec<_> = needs
                    .iter()
                    .map(|id| json!({ "pkg": id, "dep_kinds": [{ "kind": null }] }))
                    .collect();
                json!({ "id": name, "dependencies": needs, "deps": deps })
            })
            .collect();
        json!({ "packages": packages, "resolve": { "root": edges[0].0, "nodes": nodes } })
    }

    fn names(metadata: &Value) -> Vec<&str> {
        let packages = metadata["packages"]
            .as_array()
            .expect("packages are listed");
        packages
            .iter()
            .filter_map(|package| package["name"].as_str())
            .collect()
    }

    #[test]
    fn what_serves_from_within_is_left_out() {
        let lean = lean(metadata(&[
            ("ctx", &["support", "support-tokio"]),
            ("support", &["reqwest", "sqlx", "tokio"]),
            ("support-tokio", &["tokio"]),
            ("reqwest", &["http", "rustls"]),
            ("http", &[]),
            ("rustls", &["subtle"]),
            ("subtle", &[]),
            ("sqlx", &["tokio"]),
            ("tokio", &["pin-project-lite", "mio"]),
            ("pin-project-lite", &[]),
            ("mio", &[]),
        ]));
        assert_eq!(
            names(&lean),
            [
                "ctx",
                "support",
                "support-tokio",
                "reqwest",
                "http",
                "tokio",
                "pin-project-lite"
            ]
        );
        assert_eq!(lean["resolve"]["nodes"][3]["dependencies"], json!(["http"]));
        assert_eq!(lean["resolve"]["nodes"][3]["deps"][0]["pkg"], "http");
        assert_eq!(lean["resolve"]["nodes"][3]["deps"][1], Value::Null);
    }

    #[test]
    fn what_a_learner_adds_stays_with_all_it_needs() {
        let all = metadata(&[
            ("ctx", &["support", "axum"]),
            ("support", &["rustls"]),
            ("rustls", &["subtle"]),
            ("axum", &["hyper"]),
            ("hyper", &["subtle"]),
            ("subtle", &[]),
        ]);
        assert_eq!(
            names(&lean(all)),
            ["ctx", "support", "axum", "hyper", "subtle"]
        );
    }

    #[test]
    fn what_only_a_build_needs_is_left_out() {
        let mut all = metadata(&[("ctx", &["support"]), ("support", &["cc"]), ("cc", &[])]);
        all["resolve"]["nodes"][1]["deps"][0]["dep_kinds"] = json!([{ "kind": "build" }]);
        assert_eq!(names(&lean(all)), ["ctx", "support"]);
    }

    #[test]
    fn an_answer_without_a_graph_stays_as_it_is() {
        let version = json!({ "packages": [], "resolve": null });
        assert_eq!(lean(version.clone()), version);
    }

    #[test]
    fn a_path_with_a_quote_is_one_word() {
        assert_eq!(quoted(Path::new("/it's/here")), r"'/it'\''s/here'");
    }
}
