//! The name of a prepared folder: everything that its content depends on, in two numbers.
//!
//! The first stands for how things are built, the second for what is built. A folder is made from one of the same first
//! number: cargo then builds what has changed, and writes into nothing that another folder shares.

use crate::evcxr::{config, context::BuildContext, inference, install, replay};
use crate::system::{files, paths::Paths, process};
use anyhow::Result;
use fs_err as fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// The name of the folder for what there is now. It names a cache and guards nothing.
pub(crate) fn name(paths: &Paths, context: &BuildContext) -> Result<String> {
    Ok(format!(
        "{:08x}-{:016x}",
        how(paths, context) as u32,
        what(paths)?
    ))
}

/// The first part of a name.
pub(crate) fn manner(name: &str) -> &str {
    name.split_once('-').map_or(name, |(first, _)| first)
}

/// How things are built: compiler, kernel, settings, and where.
fn how(paths: &Paths, context: &BuildContext) -> u64 {
    files::hash((
        (&context.toolchain.version, &context.toolchain.rustc),
        &context.home,
        (&context.environment, &context.settings),
        (config::CARGO, install::VERSION),
        // Crates are known by the paths of their sources.
        (&paths.root, paths.state()),
    ))
}

/// What is built: the sources, and what the lab makes beside them.
fn what(paths: &Paths) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    (
        replay::MADE_BY,
        inference::OUTLINE,
        inference::INTERNAL_CRATES,
    )
        .hash(&mut hasher);
    for file in [
        "Cargo.toml",
        "Cargo.lock",
        "support/Cargo.toml",
        "support/tokio",
        "support/src",
    ] {
        hash_tree(&paths.root, &paths.root.join(file), &mut hasher)?;
    }
    Ok(hasher.finish())
}

fn hash_tree(root: &Path, path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    path.strip_prefix(root).unwrap_or(path).hash(hasher);
    if path.is_dir() {
        return process::entries(path)?
            .iter()
            .try_for_each(|entry| hash_tree(root, entry, hasher));
    }
    fs::read(path)?.hash(hasher);
    Ok(())
}
