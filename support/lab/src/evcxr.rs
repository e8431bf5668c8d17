//! Everything that the lab assumes of evcxr, the program behind our kernel, which is pinned to one release.
//!
//! A new release may break any of this. `tests/assumptions.rs` tries each on a real kernel, under the same name:
//!
//! - **settings**: it reads `evcxr.toml`, `init.evcxr` and `prelude.rs` where `EVCXR_CONFIG_DIR` says, and what the second
//!   declares is there in the first cell ([`config`]);
//! - **manifest**: it builds cells in `EVCXR_TMPDIR`, as a crate of this name, with this profile ([`config`]);
//! - **shims**: it asks `rustup which cargo` for the cargo that it calls, and rust-analyzer asks that one and `rustc` for what
//!   there is to read ([`shims`], [`inference`]);
//! - **replay**: but for the source, one cell is built as the one before, and the product's path is told in a file ([`replay`]);
//! - **source**: it writes what is compiled to `src/lib.rs`, the cell's own lines as they are, each beginning a line or following
//!   what it follows in the cell, and takes an error that leaves the cell by a function of this shape ([`source`],
//!   `kernel::front::compiler`);
//! - **types**: before it takes a variable it asks whether the type is what it was, and forgets those of which a line on standard
//!   output says that it is not ([`types`]);
//! - **inference**: a variable gets the type that rust-analyzer finds, through `?` and through macros ([`inference`]);
//! - **crates**: an added crate is checked in a manifest of its own, by `cargo metadata`, before it is built ([`crates`]);
//! - **markers**: lines on standard output say that something of a MIME type follows (`support::display`), that a cell panicked,
//!   returned an error or is done (`kernel::front::output`);
//! - **pipes**: the process of the cells inherits what evcxr does, and may print elsewhere than into evcxr's pipes (`support::kernel`);
//! - **panic**: a cell that panics prints a line that says so, and keeps the variables of earlier cells (`kernel::front::running`);
//! - **question mark**: before one that returns an error prints such a line, it writes the error to standard error (the same);
//! - **runtime**: once a cell has awaited, all that follow run inside one runtime (`support::kernel`);
//! - **compile error**: it is an error with a traceback that names the code of the error (`notebook::outcome`);
//! - **process end**: where the process of the cells ends, evcxr says so in words that name the status (`kernel::front`). That it
//!   starts another one, without the settings, and keeps functions, is for `tests/front.rs`. That it says in its answer that it has
//!   panicked over a question about names is read in its source (`kernel::front::spoilt`).
//!
//! What would make parts of it needless, if evcxr had it:
//!
//! - the compiler's diagnostics as data beside its own drawing, and warnings where a cell compiles ([`compile`], [`compiler`]);
//! - `#[track_caller]` on the function that takes an error, and the error itself instead of its words ([`source`]);
//! - the name of the cell for that of the source, as `--remap-path-prefix` gives it, and a map from its lines to the cell's
//!   (`kernel::front::compiler`);
//! - lint levels that hold for their cell, and warnings of earlier cells that are not errors of later ones ([`source`]);
//! - definitions, not only names, compared before a variable is taken from the store: with another field, `struct Row { id: u32 }`
//!   made `struct Row { id: u64 }`, a variable is read as what it is not ([`types`]);
//! - cells that are refused where its parser has to mend them, and items of one name in one cell that do not replace each other
//!   ([`alone`]);
//! - lifetimes in the types of variables that are arguments, where a cell is only checked: a `&str` borrows for ever ([`compile`]);
//! - paths in the types that inference finds: `dyn Any` compiles only where the cell knows the name ([`source`]);
//! - completions without placeholders, tooltips at any place of a name (`kernel::front::assist`);
//! - a lock that no panic of rust-analyzer spoils, or an end of the process, in place of requests without an answer
//!   (`kernel::front::spoilt`).

mod alone;
mod compile;
pub(crate) mod compiler;
pub(crate) mod config;
pub(crate) mod context;
pub(crate) mod crates;
pub(crate) mod inference;
pub(crate) mod install;
pub(crate) mod replay;
pub(crate) mod shims;
pub(crate) mod source;
mod types;
