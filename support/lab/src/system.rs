//! The ground: what the operating system and its programs give us. Nothing here knows what a notebook is.

pub(crate) mod environment;
pub(crate) mod files;
pub(crate) mod git;
pub(crate) mod hints;
pub(crate) mod log;
pub(crate) mod paths;
pub(crate) mod process;
pub(crate) mod step;
pub(crate) mod tools;
pub(crate) mod variables;
