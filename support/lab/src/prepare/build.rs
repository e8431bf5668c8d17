//! Builds in a prepared folder what every notebook depends on, with the flags that evcxr uses.

use crate::evcxr::{
    config::{self, LOCK},
    context::BuildContext,
};
use crate::system::{paths::Paths, process, step::Step};
use anyhow::{Context, Result};
use fs_err as fs;
use serde_json::Value;
use std::path::Path;

/// Builds the dependencies with the flags that the kernel uses.
pub(crate) fn dependencies_in(paths: &Paths, context: &BuildContext, folder: &Path) -> Result<()> {
    config::write_crate(paths, folder)?;
    // For every platform: `cargo metadata`, which the kernel calls, asks for all of them, and it will be offline. From the
    // workspace, since a kernel leaves a configuration behind that keeps cargo offline in the prepared folder.
    let step = Step::start("Sources of the dependencies");
    let mut fetch = context.toolchain.cargo();
    fetch.args(["fetch", "--locked"]).current_dir(&paths.root);
    let fetched = process::job(&fetch, |_| ())?;
    let problem = "the sources of the dependencies could not be fetched";
    fetched.must_succeed(problem, folder)?;
    step.done("there");
    let title = "Dependencies of the notebooks, built once";
    compile(context, folder, "build", title)?;
    // Where the kernel cannot infer a type, it asks `cargo check` what is wrong, and would check them all first.
    let title = "The same, checked for the messages of the compiler";
    compile(context, folder, "check", title)?;
    // Cargo has left out what cells do not need.
    fs::copy(folder.join("Cargo.lock"), folder.join(LOCK))
        .map(drop)
        .context("`Cargo.lock` could not be copied")
}

/// Runs a command of cargo in the prepared folder as the kernel does, and shows how far it has come.
fn compile(context: &BuildContext, folder: &Path, subcommand: &str, title: &str) -> Result<()> {
    let total = fs::read_to_string(folder.join("Cargo.lock"))
        .unwrap_or_default()
        .matches("[[package]]")
        .count();
    let mut step = Step::counting(title, total as u64);
    let mut command = context.cargo();
    command
        .args([subcommand, "--offline", "--target"])
        .arg(context.toolchain.host()?)
        .arg("--message-format=json-render-diagnostics")
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", "target")
        .env("CARGO_BUILD_BUILD_DIR", "target")
        .env("RUSTFLAGS", "-Cprefer-dynamic");
    let ended = process::job(&command, |line| {
        let message: Value = serde_json::from_str(line).unwrap_or_default();
        if message["reason"] == "compiler-artifact" {
            step.advance(message["target"]["name"].as_str().unwrap_or("a crate"));
        }
    })?;
    let problem = "the dependencies of the notebooks could not be built";
    ended.must_succeed(problem, folder)?;
    step.done("done");
    Ok(())
}
