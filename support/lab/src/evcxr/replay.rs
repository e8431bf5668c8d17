//! Compiles a cell as cargo did before, without asking cargo again.
//!
//! Half the time of a short cell goes by while cargo finds, once more, that three hundred crates are as they were. In a
//! kernel's folder they are: nothing but the cell changes. So the kernel's cargo is this one. Where manifest, settings and
//! request are those of an earlier build, it runs the very compiler that cargo started then; for everything else it asks cargo
//! (see [`crate::evcxr::crates`]), and records how cargo starts the compiler. What the compiler is given and says is for
//! [`crate::evcxr::compile`].

use crate::evcxr::{compile, config::CELL, crates};
use crate::system::{
    files,
    variables::{EVCXR_PRODUCT, INVOCATION},
};
use anyhow::{Context, Result};
use fs_err as fs;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What records invocations: with other code, they may be others.
pub(crate) const MADE_BY: &str = include_str!("replay.rs");

/// The folder, beside the crate, of what was recorded.
const INVOCATIONS: &str = "async-lab-invocations";

/// How cargo started the compiler of a cell.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct RustcInvocation {
    /// The crate's folder then; what was recorded in the prepared folder serves in copies of it.
    folder: String,
    program: String,
    arguments: Vec<String>,
    environment: BTreeMap<String, String>,
}

impl RustcInvocation {
    /// The invocation as it reads in another folder.
    fn moved_to(mut self, folder: &str) -> Self {
        let texts = self.arguments.iter_mut();
        for text in texts.chain(self.environment.values_mut()) {
            *text = text.replace(&self.folder, folder);
        }
        folder.clone_into(&mut self.folder);
        self
    }

    /// The crates that are handed to the compiler by their paths.
    fn crates(&self) -> impl Iterator<Item = &Path> {
        let values = self.arguments.windows(2).filter(|two| two[0] == "--extern");
        values.filter_map(|two| two[1].split_once('=').map(|(_, path)| Path::new(path)))
    }

    /// Where the compiler leaves the cell.
    fn product(&self) -> Option<PathBuf> {
        let mut two = self.arguments.windows(2);
        let folder = &two.find(|two| two[0] == "--out-dir")?[1];
        let name = format!(
            "{}{CELL}{}",
            env::consts::DLL_PREFIX,
            env::consts::DLL_SUFFIX
        );
        Some(Path::new(folder).join(name))
    }
}

/// Becomes the compiler of the cell in this folder, or has `cargo` build it with these arguments, by a compiler that
/// calls [`record`].
pub(crate) fn cell(rustc: &Path, cargo: &Path, arguments: &[String]) -> Result<ExitCode> {
    let folder = env::current_dir().context("the folder of the cell is unknown")?;
    crates::must_be_whole()?;
    let file = file_of(&folder, arguments);
    if env::var_os("RUSTC_WRAPPER").is_none_or(|wrapper| wrapper.is_empty())
        && let Some(known) = read(&file, &folder)
    {
        if let (Some(asked), Some(product)) = (env::var_os(EVCXR_PRODUCT), known.product()) {
            fs::write(&asked, product.to_string_lossy().as_bytes())?;
        }
        tracing::debug!(?file, "a cell is compiled as before");
        let mut compiler = Command::new(&known.program);
        compiler.args(&known.arguments).envs(&known.environment);
        return compile::run(compiler);
    }
    tracing::debug!(
        ?file,
        "a cell is built by cargo: how it compiles such a one is not recorded"
    );
    let variables = [("RUSTC", rustc), (INVOCATION, file.as_path())];
    let product = env::var_os(EVCXR_PRODUCT).map(PathBuf::from);
    crates::build(cargo, arguments, &variables, product.as_deref(), forget)
}

/// Records how cargo starts the compiler of a cell, and runs it.
pub(crate) fn record(program: &Path, arguments: &[String]) -> Result<ExitCode> {
    if let (Some(file), Ok(folder)) = (env::var_os(INVOCATION), env::current_dir()) {
        let invocation = RustcInvocation {
            folder: folder.to_string_lossy().into_owned(),
            program: program.to_string_lossy().into_owned(),
            arguments: without_incremental(arguments),
            environment: env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .filter(|(name, _)| is_of_cargo(name))
                .collect(),
        };
        // Without it, the next cell asks cargo again. It never goes into a file that is there, which may be a link to the
        // prepared folder's.
        let _ = files::write_json(Path::new(&file), &invocation);
    }
    let mut compiler = Command::new(program);
    compiler.args(arguments).env_remove(INVOCATION);
    compile::run(compiler)
}

/// The arguments without the one that keeps intermediate results: cells are short, and to compile one anew takes less
/// time than to find what it shares with the one before (0.27 s rather than 0.36 s, where a cell awaits).
fn without_incremental(arguments: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for argument in arguments {
        if argument.starts_with("incremental=") && kept.last().is_some_and(|last| last == "-C") {
            kept.pop();
        } else {
            kept.push(argument.clone());
        }
    }
    kept
}

/// Forgets the invocations in a folder whose crates are about to be built anew.
pub(crate) fn forget(folder: &Path) -> Result<()> {
    files::remove(&folder.join(INVOCATIONS))
}

/// Whether cargo sets a variable for the compiler. The one that shares out processors names pipes of its own.
fn is_of_cargo(name: &str) -> bool {
    let libraries = ["LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"];
    let others = ["CARGO_MAKEFLAGS", "CARGO_HOME"];
    (name.starts_with("CARGO") && !others.contains(&name)) || libraries.contains(&name)
}

/// The file with the invocation for a request: everything that decides how cargo starts the compiler is in its name.
fn file_of(folder: &Path, arguments: &[String]) -> PathBuf {
    // The kernel writes the dependencies in any order.
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    let mut lines: Vec<_> = manifest.lines().collect();
    lines.sort_unstable();
    let read = |name: &str| fs::read(folder.join(name)).ok();
    let (lock, settings) = (read("Cargo.lock"), read(".cargo/config.toml"));
    let flags = env::var("RUSTFLAGS").unwrap_or_default();
    let number = files::hash((lines, lock, settings, arguments, flags));
    folder.join(INVOCATIONS).join(format!("{number:016x}.json"))
}

/// The invocation, where there is one and the crates that it names are there.
fn read(file: &Path, folder: &Path) -> Option<RustcInvocation> {
    let invocation: RustcInvocation = serde_json::from_str(&fs::read_to_string(file).ok()?).ok()?;
    let invocation = invocation.moved_to(folder.to_str()?);
    let whole = invocation.crates().all(Path::exists);
    whole.then_some(invocation)
}
