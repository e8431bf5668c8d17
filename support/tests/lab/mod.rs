//! The lab's notebooks, for tests that look into them. A learner may have written into the same folder.

#![allow(dead_code, reason = "each test binary uses a part of this module")]

#[path = "../../src/solved/record.rs"]
pub(crate) mod record;

use std::path::{Path, PathBuf};

/// Where they are: `cargo lab test` says where they lie without what a learner wrote.
pub(crate) fn notebooks() -> PathBuf {
    let checkout = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../notebooks");
    std::env::var_os("ASYNC_LAB_NOTEBOOKS").map_or_else(checkout, PathBuf::from)
}

/// Whether the name is one that the lab gives. Jupyter's own, for copies and new notebooks, have capitals.
pub(crate) fn is_of_the_lab(name: &str) -> bool {
    name.chars()
        .all(|letter| matches!(letter, 'a'..='z' | '0'..='9' | '_'))
}
