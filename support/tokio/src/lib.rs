//! The Tokio of the support crate, under the name that everybody writes.
//!
//! A cell of the kernel is a shared object of its own. Given the real `tokio` as a dependency, each cell would link a
//! Tokio of its own, with its own idea of which runtime is current, and a server spawned in one cell could not be
//! reached from the next. Given this crate instead, every `tokio::…` of every cell, and the runtime that the kernel
//! itself creates at the first `.await`, come out of one `libsupport.so`.
//!
//! Left out on purpose: any item of our own.

pub use support::crates::tokio::*;
