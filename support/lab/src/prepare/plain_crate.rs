//! `support` as an ordinary crate, for projects outside the lab.
//!
//! In the lab it is a dynamic library, so that all cells share one Tokio. A program needs that as little as a kernel that
//! we measure ours against has it.

use crate::prepare::snapshot::{self, Kept};
use crate::system::paths::Paths;
use anyhow::{Result, bail};
use fs_err as fs;
use std::path::Path;

/// Writes a workspace that holds `support`, and nothing else, into `folder`.
pub(crate) fn write(paths: &Paths, folder: &Path) -> Result<()> {
    for part in ["support/src", "support/tokio"] {
        snapshot::copy(
            &paths.root.join(part),
            &folder.join(part),
            Kept::Everything,
            snapshot::Shared::Hard,
        )?;
    }
    let changed = [
        ("Cargo.toml", ", \"support/lab\"", ""),
        ("support/Cargo.toml", "[\"dylib\", \"rlib\"]", "[\"rlib\"]"),
    ];
    for (name, from, to) in changed {
        let text = fs::read_to_string(paths.root.join(name))?;
        if !text.contains(from) {
            bail!(
                "`{name}` has no `{from}` any more\nhint: mend `support/lab/src/prepare/plain_crate.rs`"
            );
        }
        let file = folder.join(name);
        fs::write(&file, text.replace(from, to))?;
    }
    Ok(())
}
