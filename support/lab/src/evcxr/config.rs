//! The files by which evcxr and cargo are told how to work: what evcxr reads at its start, the settings of cargo for its
//! folders, and the manifest of the crate that holds a cell.

use crate::system::{files, paths::Paths};
use anyhow::{Context, Result};
use fs_err as fs;
use serde_json::Value;
use std::path::Path;

/// The crate that holds a cell.
pub(crate) const CELL: &str = "ctx";

/// Name of the file that keeps the lock file's content: the kernel's own copy is emptied by its first build.
pub(crate) const LOCK: &str = "async-lab.lock";

/// What every process of cells runs at its start.
pub(crate) const PRELUDE: &str = include_str!("../../assets/evcxr/prelude.rs");

/// The settings of cargo for the folders of kernels.
pub(crate) const CARGO: &str = include_str!("../../assets/evcxr/cargo-config.toml");

/// The manifest of the crate that holds a cell, as evcxr writes it, up to its dependencies.
const MANIFEST: &str = include_str!("../../assets/evcxr/Cargo.toml");

/// What the kernel reads at its start.
///
/// The dependencies are declared before the first cell, so that there is one Tokio even where a learner awaits before
/// running the first cell. The kernel's very first build has none of them; [`super::crates`] keeps the lock file for them.
pub(crate) fn write(paths: &Paths) -> Result<()> {
    let folder = paths.kernel_config();
    let lines: String = dependencies(paths)
        .iter()
        .map(|(name, config)| format!(":dep {name} = {config}\n"))
        .collect();
    files::write_if_changed(
        &folder.join("evcxr.toml"),
        "[evcxr]\noffline_mode = true\nopt_level = \"0\"\n",
    )?;
    files::write_if_changed(
        &folder.join("init.evcxr"),
        format!(":linker system\n{lines}"),
    )?;
    files::write_if_changed(&folder.join("prelude.rs"), PRELUDE)
}

/// Writes the crate that holds a cell into a folder, as evcxr does before it builds, with the lock file of the checkout.
pub(crate) fn write_crate(paths: &Paths, folder: &Path) -> Result<()> {
    let lines: String = dependencies(paths)
        .iter()
        .map(|(name, config)| format!("{name} = {config}\n"))
        .collect();
    files::write_if_changed(&paths.state().join(".cargo/config.toml"), CARGO)?;
    files::write_if_changed(&folder.join("Cargo.toml"), format!("{MANIFEST}{lines}"))?;
    files::write_if_changed(&folder.join("src/lib.rs"), "")?;
    for name in ["Cargo.lock", LOCK] {
        fs::copy(paths.root.join("Cargo.lock"), folder.join(name))
            .context("`Cargo.lock` could not be copied")?;
    }
    Ok(())
}

/// The dependencies of every notebook, as the first cell names them, with paths that hold everywhere.
fn dependencies(paths: &Paths) -> [(&'static str, String); 2] {
    let support = paths.root.join("support");
    let tokio = quoted(&support.join("tokio"));
    let tokio = format!("{{ package = \"support-tokio\", path = {tokio} }}");
    [
        ("support", format!("{{ path = {} }}", quoted(&support))),
        ("tokio", tokio),
    ]
}

/// A path as a TOML string. JSON's escapes are among TOML's.
fn quoted(path: &Path) -> String {
    Value::from(path.to_string_lossy()).to_string()
}
