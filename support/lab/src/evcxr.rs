//! Everything that the lab assumes of evcxr, the kernel's own program.

pub(crate) mod config;
pub(crate) mod context;
pub(crate) mod crates;
pub(crate) mod inference;
pub(crate) mod install;
pub(crate) mod replay;
pub(crate) mod shims;
