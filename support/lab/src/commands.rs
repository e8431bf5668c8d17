//! One file for each word after `cargo lab`, all of one shape: `Options` is what the command line says, `run` does it.

pub(crate) mod bench;
pub(crate) mod class;
pub(crate) mod doctor;
pub(crate) mod eject;
pub(crate) mod export;
pub(crate) mod new_exercise;
pub(crate) mod open;
pub(crate) mod progress;
pub(crate) mod reset;
pub(crate) mod run;
pub(crate) mod setup;
pub(crate) mod sync;
pub(crate) mod test;
pub(crate) mod update;
