//! Keeps the kernel's type inference small.
//!
//! The kernel infers the types of variables with rust-analyzer, which reads the sources of every crate there is: seconds
//! of one core before the first cell, and again at the first `let`. Most crates only serve others from within. So it gets a
//! shorter answer when it asks what there is (see [`crate::evcxr::shims`]), which points to outlines of the sources (see
//! [`outline`]; what is private is marked in them, see [`visibility`]). What is compiled does not change.

mod outline;
pub(crate) mod sources;
mod visibility;

use crate::evcxr::crates;
use crate::system::{files, paths::Paths, process, step::Step, tools::Toolchain};
use anyhow::{Context, Result};
use outline::Documentation;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// The crates through which the others come.
const OURS: [&str; 2] = ["support", "support-tokio"];

/// Crates that serve others from within: no variable of a cell has a type of theirs, nor of a crate behind them. One that
/// is missing here is read in vain, which costs time; one too many costs a variable its type. Procedural macros need no
/// place here (see [`is_macro`]).
pub(crate) const INTERNAL_CRATES: [&str; 27] = [
    "crossbeam-utils",
    "either",
    "getrandom",
    "hyper-rustls",
    "hyper-util",
    "idna",
    "libc",
    "memchr",
    "mio",
    "num-traits",
    "parking_lot",
    "plotters",
    "quinn",
    "rustix",
    "rustls",
    "rustls-pki-types",
    "rustls-platform-verifier",
    "signal-hook-registry",
    "socket2",
    "sqlx",
    "tempfile",
    "thiserror",
    "tokio-rustls",
    "tower",
    "tower-http",
    "tracing-core",
    "zmij",
];

/// What outlines are made by: with other code, they are others.
pub(crate) const OUTLINE: &str = sources::MADE_BY;

/// In a prepared folder, the file that lists the outlines outside it that its kernels read.
const LIST: &str = "async-lab-outlines.json";

/// A package's folder, and that of its outline.
type Outlined = (PathBuf, PathBuf);

/// Writes all outlines for what is in the prepared folder, of which `cargo` tells what that is.
pub(crate) fn write_outlines(
    paths: &Paths,
    toolchain: &Toolchain,
    mut cargo: Command,
    prepared: &Path,
) -> Result<()> {
    let step = Step::start("Outlines of the sources, for type inference");
    let ours = prepared.join(sources::OURS);
    files::remove(&ours)?;
    cargo
        .args(["metadata", "--format-version", "1", "--offline"])
        .args(["--filter-platform", toolchain.host()?])
        .current_dir(prepared);
    let metadata = serde_json::from_str(&process::checked_stdout(&mut cargo)?)
        .context("cargo's metadata is not JSON")?;
    let mut list: Vec<Outlined> = Vec::new();
    for package in lean(metadata)["packages"].as_array().into_iter().flatten() {
        let Some((folder, outline)) = outlined(paths, package, prepared) else {
            continue;
        };
        if package["source"].is_null() {
            sources::write_package(&folder, &outline, Documentation::Whole)?;
        } else {
            list.push((folder, outline));
        }
    }
    files::write_json(&prepared.join(LIST), &list)?;
    step.done(&mend(paths, toolchain, &list)?);
    Ok(())
}

/// Writes what is missing or damaged of the outlines outside a prepared folder, in which nothing changes.
pub(crate) fn mend_outlines(paths: &Paths, toolchain: &Toolchain, prepared: &Path) -> Result<()> {
    let step = Step::start("Outlines of the sources");
    let list =
        listed(prepared).context("a prepared folder does not say which outlines it needs")?;
    step.done(&mend(paths, toolchain, &list)?);
    Ok(())
}

fn mend(paths: &Paths, toolchain: &Toolchain, list: &[Outlined]) -> Result<String> {
    for (folder, outline) in list {
        sources::write_package(folder, outline, Documentation::FirstParagraph)?;
    }
    let library = sources::write_library(paths, toolchain);
    Ok(match library {
        Ok(()) => "written".to_owned(),
        Err(error) => format!(
            "written, but not of the standard library, which kernels read whole and more slowly: {error:#}"
        ),
    })
}

/// Whether the outlines outside a prepared folder are as they were written. Without those of the standard library, kernels
/// read the library itself.
pub(crate) fn outlines_are_whole(paths: &Paths, toolchain: &Toolchain, prepared: &Path) -> bool {
    let library = sources::sysroot(paths, toolchain);
    listed(prepared).is_ok_and(|list| list.iter().all(|(_, outline)| sources::is_whole(outline)))
        && (sources::is_whole(&library) || !library.exists())
}

fn listed(prepared: &Path) -> Result<Vec<Outlined>> {
    let file = prepared.join(LIST);
    let text = fs_err::read_to_string(&file)?;
    serde_json::from_str(&text).with_context(|| format!("`{}` is damaged", file.display()))
}

/// The folder of a package, and where its outline is, for the kernel that works in `workspace`.
fn outlined(paths: &Paths, package: &Value, workspace: &Path) -> Option<Outlined> {
    let folder = sources::folder_of(package)?;
    let name = package["name"].as_str()?;
    let outline = if package["source"].is_string() {
        sources::of_crate(paths, &folder)?
    } else if OURS.contains(&name) {
        workspace.join(sources::OURS).join(name)
    } else {
        return None;
    };
    Some((folder, outline))
}

/// Asks the real cargo, and prints its answer without the crates that no cell has a type of, the others as outlines.
pub(crate) fn answer(paths: &Paths, cargo: &Path, arguments: &[String]) -> Result<ExitCode> {
    let mut command = Command::new(cargo);
    command.args(arguments).stderr(Stdio::inherit());
    let output = process::output(&mut command)?;
    crates::put_back(Path::new("."))?;
    match serde_json::from_slice(&output.stdout) {
        Ok(metadata) => println!("{}", to_outlines(paths, lean(metadata))),
        // Whatever it is, it is cargo's to say.
        Err(_) => print!("{}", String::from_utf8_lossy(&output.stdout)),
    }
    Ok(process::code(output.status))
}

/// The metadata with the paths of the outlines that are there.
fn to_outlines(paths: &Paths, mut metadata: Value) -> Value {
    let workspace = PathBuf::from(metadata["workspace_root"].as_str().unwrap_or_default());
    let packages = metadata["packages"].as_array_mut();
    for package in packages.into_iter().flatten() {
        if let Some((folder, outline)) = outlined(paths, package, &workspace)
            && outline.is_dir()
        {
            sources::point_to(package, &folder, &outline);
        }
    }
    metadata
}

/// The metadata without the crates that are reached only through one of those in [`INTERNAL_CRATES`], on the way from one of
/// [`OURS`]. A crate that a learner adds stays, with everything that it needs.
fn lean(mut metadata: Value) -> Value {
    let Some(kept) = kept(&metadata) else {
        return metadata;
    };
    sources::retain(&mut metadata, |package| {
        package["id"].as_str().is_some_and(|id| kept.contains(id))
    });
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
    let macros: HashSet<&str> = metadata["packages"]
        .as_array()?
        .iter()
        .filter(|package| is_macro(package))
        .filter_map(|package| package["id"].as_str())
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
            if !macros.contains(id) && !stops(id) && seen.insert(id.to_owned()) {
                open.extend(needs.get(id).into_iter().flatten());
            }
        }
        seen
    };
    let mut kept = reached(vec![root], &|id| is(id, &OURS));
    let ours = needs.keys().copied().filter(|id| is(id, &OURS)).collect();
    kept.extend(reached(ours, &|id| is(id, &INTERNAL_CRATES)));
    Some(kept)
}

/// Whether a package is a procedural macro. The kernel's inference does not run any, so it has no use for the sources of one,
/// nor for those of the parsers behind it, which take more of its memory than everything else together.
fn is_macro(package: &Value) -> bool {
    let targets = package["targets"].as_array().into_iter().flatten();
    let mut kinds = targets.flat_map(|target| target["kind"].as_array().into_iter().flatten());
    kinds.any(|kind| kind == "proc-macro")
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

    fn names(metadata: &Value) -> String {
        let packages = metadata["packages"].as_array();
        let packages = packages.expect("packages are listed").iter();
        let names: Vec<_> = packages
            .filter_map(|package| package["name"].as_str())
            .collect();
        names.join(" ")
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
            "ctx support support-tokio reqwest http tokio pin-project-lite"
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
            ("axum", &["tower"]),
            ("tower", &["subtle"]),
            ("subtle", &[]),
        ]);
        assert_eq!(names(&lean(all)), "ctx support axum tower subtle");
    }

    #[test]
    fn a_macro_is_left_out_with_its_parsers_whoever_needs_it() {
        let mut all = metadata(&[
            ("ctx", &["support", "tracing"]),
            ("support", &["serde"]),
            ("serde", &["serde_derive"]),
            ("tracing", &["tracing-attributes"]),
            ("serde_derive", &["syn"]),
            ("tracing-attributes", &["syn"]),
            ("syn", &[]),
        ]);
        for package in [4, 5] {
            all["packages"][package]["targets"] = json!([{ "kind": ["proc-macro"] }]);
        }
        assert_eq!(names(&lean(all)), "ctx support serde tracing");
    }

    #[test]
    fn what_only_a_build_needs_is_left_out() {
        let mut all = metadata(&[("ctx", &["support"]), ("support", &["cc"]), ("cc", &[])]);
        all["resolve"]["nodes"][1]["deps"][0]["dep_kinds"] = json!([{ "kind": "build" }]);
        assert_eq!(names(&lean(all)), "ctx support");
    }

    #[test]
    fn an_answer_without_a_graph_stays_as_it_is() {
        let version = json!({ "packages": [], "resolve": null });
        assert_eq!(lean(version.clone()), version);
    }
}
