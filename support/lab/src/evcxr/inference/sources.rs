//! Where the outlines lie that kernels read in place of the sources.
//!
//! An outline never changes in place: the folder is named after what made it, and appears with all its files at once. So a
//! kernel may start while others are being written.

use super::outline::{self, Documentation};
use crate::system::{files, paths::Paths, process, tools::Toolchain};
use anyhow::{Context, Result};
use fs_err as fs;
use serde_json::Value;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// In the folder of a kernel, the outlines of our own crates, which change.
pub(super) const OURS: &str = "async-lab-sources";

/// The parts of the standard library that a cell can name, and what they are seen to be made of.
const LIBRARY: [&str; 4] = ["alloc", "core", "hashbrown", "std"];

/// In a sysroot, what `cargo metadata` says of the standard library.
pub(crate) const METADATA: &str = "metadata.json";

/// Where a toolchain keeps the sources of the standard library.
pub(crate) const IN_SYSROOT: &str = "lib/rustlib/src/rust/library";

/// Folders of a package that are not part of its library.
const BESIDE: [&str; 6] = ["benches", "ci", "examples", "lab", "target", "tests"];

/// What makes outlines: with other code, they are others.
pub(super) const MADE_BY: &str = concat!(include_str!("outline.rs"), include_str!("visibility.rs"));

/// Beside each outline, under its name with this end: what it was like when it was written.
const STAMP: &str = "stamp";

/// The folder of the outlines that this version of the lab makes here. Some of them say where they are.
fn folder(paths: &Paths) -> PathBuf {
    let made_by = format!("{MADE_BY}{}", paths.state().display());
    paths
        .state()
        .join(format!("outlines/{:08x}", short_hash(&made_by)))
}

/// A sysroot in which the standard library is an outline.
pub(crate) fn sysroot(paths: &Paths, toolchain: &Toolchain) -> PathBuf {
    let name = format!("library-{:08x}", short_hash(&toolchain.version));
    folder(paths).join(name)
}

/// The outline of a crate from a registry, whose folder is called after its name and version.
pub(super) fn of_crate(paths: &Paths, package: &Path) -> Option<PathBuf> {
    Some(folder(paths).join("crates").join(package.file_name()?))
}

fn short_hash(value: &str) -> u32 {
    files::hash(value) as u32
}

/// Writes the outline of the standard library where it is missing.
///
/// # Errors
///
/// Fails where cargo cannot list the packages of the library, for want of a network. Kernels then read the whole library.
pub(super) fn write_library(paths: &Paths, toolchain: &Toolchain) -> Result<()> {
    let manifest = toolchain.library().join("Cargo.toml");
    let sysroot = sysroot(paths, toolchain);
    at_once(&sysroot, |new| {
        let mut metadata = toolchain.cargo();
        metadata
            .args(["metadata", "--format-version", "1", "--locked"])
            .args(["--filter-platform", toolchain.host()?, "--manifest-path"])
            .arg(&manifest)
            // The library is written for the nightly compiler, and says so in its manifest.
            .env("__CARGO_TEST_CHANNEL_OVERRIDE_DO_NOT_USE_THIS", "nightly");
        let mut metadata: Value = serde_json::from_str(&process::checked_stdout(&mut metadata)?)
            .context("cargo's metadata is not JSON")?;
        retain(&mut metadata, |package| {
            let name = package["name"].as_str().unwrap_or_default();
            LIBRARY.contains(&name) || name.starts_with("rustc-std-workspace-")
        });
        for package in metadata["packages"].as_array_mut().into_iter().flatten() {
            let folder = folder_of(package).context("a package without a folder")?;
            let name = package["name"].as_str().unwrap_or_default().to_owned();
            let place = Path::new(IN_SYSROOT).join(&name);
            write_parts(&folder, &new.join(&place), Documentation::FirstParagraph)?;
            point_to(package, &folder, &sysroot.join(&place));
        }
        fs::write(new.join(METADATA), metadata.to_string())?;
        let there = new.join(IN_SYSROOT).join("Cargo.toml");
        fs::copy(&manifest, &there)?;
        // A sysroot has its programs in it.
        toolchain
            .rustc
            .parent()
            .map_or(Ok(()), |programs| files::link(programs, &new.join("bin")))
    })
}

/// The folder of a package.
pub(super) fn folder_of(package: &Value) -> Option<PathBuf> {
    let manifest = Path::new(package["manifest_path"].as_str()?);
    manifest.parent().map(Path::to_owned)
}

/// Changes the paths of a package to those of its outline.
pub(super) fn point_to(package: &mut Value, folder: &Path, outline: &Path) {
    let point = |path: &mut Value| {
        let inner = path
            .as_str()
            .and_then(|path| Path::new(path).strip_prefix(folder).ok());
        if let Some(inner) = inner {
            *path = outline.join(inner).to_string_lossy().into();
        }
    };
    point(&mut package["manifest_path"]);
    for target in package["targets"].as_array_mut().into_iter().flatten() {
        point(&mut target["src_path"]);
    }
}

/// Leaves packages out of the metadata, with every mention of them.
pub(super) fn retain(metadata: &mut Value, stays: impl Fn(&Value) -> bool) {
    let mut kept = HashSet::new();
    if let Some(packages) = metadata["packages"].as_array_mut() {
        packages.retain(&stays);
        kept.extend(packages.iter().map(|package| package["id"].clone()));
    }
    for members in ["workspace_members", "workspace_default_members"] {
        if let Some(members) = metadata[members].as_array_mut() {
            members.retain(|id| kept.contains(id));
        }
    }
    if let Some(nodes) = metadata["resolve"]["nodes"].as_array_mut() {
        nodes.retain(|node| kept.contains(&node["id"]));
        for node in nodes {
            if let Some(ids) = node["dependencies"].as_array_mut() {
                ids.retain(|id| kept.contains(id));
            }
            if let Some(dependencies) = node["deps"].as_array_mut() {
                dependencies.retain(|dependency| kept.contains(&dependency["pkg"]));
            }
        }
    }
}

/// Writes the outline of a package into a folder of its own where it is missing.
pub(super) fn write_package(
    package: &Path,
    target: &Path,
    documentation: Documentation,
) -> Result<()> {
    at_once(target, |new| write_parts(package, new, documentation))
}

/// Writes the outlines of a package's library, and its manifest.
fn write_parts(package: &Path, target: &Path, documentation: Documentation) -> Result<()> {
    write_folder(package, target, documentation, &BESIDE)?;
    fs::copy(package.join("Cargo.toml"), target.join("Cargo.toml"))?;
    Ok(())
}

/// Makes a folder that appears when it is whole, and does not stay when it is damaged.
fn at_once(target: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    if is_whole(target) {
        return Ok(());
    }
    let beside = |what: &str| {
        let mut name = target.as_os_str().to_owned();
        name.push(format!(".{what}-{}", std::process::id()));
        PathBuf::from(name)
    };
    let (new, old) = (beside("new"), beside("old"));
    if let Err(error) = write(&new) {
        // What it was about is told; that a part of it stays behind is not worth another message.
        let _ = fs::remove_dir_all(&new);
        return Err(error);
    }
    // A kernel may be reading it, which goes on with the files that it has opened.
    if target.is_dir() {
        fs::rename(target, &old)?;
    }
    fs::rename(&new, target)?;
    files::remove(&old)?;
    files::write_if_changed(&stamp_of(target), files::digest(target, |_| false)?)
}

/// Whether an outline is as it was written: names, sizes and times tell.
pub(super) fn is_whole(outline: &Path) -> bool {
    let now = files::digest(outline, |_| false);
    let then = fs::read_to_string(stamp_of(outline));
    now.is_ok_and(|now| then.is_ok_and(|then| then == now))
}

/// The names of crates have dots in them.
fn stamp_of(outline: &Path) -> PathBuf {
    let mut name = outline.as_os_str().to_owned();
    name.push(format!(".{STAMP}"));
    PathBuf::from(name)
}

/// Writes the outlines of all that lies in a folder, apart from what has one of these names there.
fn write_folder(
    source: &Path,
    target: &Path,
    documentation: Documentation,
    left_out: &[&str],
) -> Result<()> {
    fs::create_dir_all(target)?;
    for entry in process::entries(source)? {
        let name = entry.file_name().unwrap_or_default();
        let target = target.join(name);
        if left_out.iter().any(|left_out| name == *left_out) {
            continue;
        }
        if entry.is_dir() {
            write_folder(&entry, &target, documentation, &[])?;
        } else if entry.extension() == Some(OsStr::new("rs")) {
            let text = fs::read_to_string(&entry)?;
            let outline = outline::outline(&text, documentation).unwrap_or(text);
            fs::write(target, outline)?;
        }
    }
    Ok(())
}
