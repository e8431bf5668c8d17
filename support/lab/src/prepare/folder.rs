//! The prepared build folder: the dependencies of every notebook, built once.
//!
//! A stock kernel builds them in its first cell, which takes minutes. We build them beforehand, in a folder laid out as
//! the kernel lays out its own, and each kernel gets a copy (see [`crate::kernel`]). Then a real kernel runs once in the
//! prepared folder itself: it proves that the kernel works, and builds whatever its release does otherwise.

use super::{Tools, jupyter, lock, write_if_changed};
use crate::inference;
use crate::kernel;
use crate::paths::{KERNEL, Paths};
use crate::process;
use crate::progress::Step;
use crate::run::Driver;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

/// Builds the folder where it is missing or out of date.
pub(super) fn ensure(paths: &Paths, tools: &Tools) -> Result<()> {
    let prepared = paths.prepared();
    let stamp = prepared.join("async-lab-stamp");
    let key = key(paths, tools)?;
    write_kernel_config(paths)?;
    if fs::read_to_string(&stamp).is_ok_and(|text| text == key) {
        return Ok(());
    }
    fs::create_dir_all(prepared.join("src"))
        .with_context(|| format!("`{}` could not be made", prepared.display()))?;
    // Kernels that start meanwhile wait until the folder is whole again.
    let _turn = lock(&kernel::folder_lock(paths), "a kernel to start")?;
    let _ = fs::remove_file(&stamp);
    kernel::record_environment(&prepared)?;
    write_manifest(paths)?;
    build(paths, tools)?;
    prove(paths, tools)?;
    fs::write(&stamp, key).with_context(|| format!("`{}` could not be written", stamp.display()))
}

/// Whether the folder is there and up to date.
pub(crate) fn is_ready(paths: &Paths, tools: &Tools) -> bool {
    let stamp = paths.prepared().join("async-lab-stamp");
    key(paths, tools).is_ok_and(|key| fs::read_to_string(stamp).is_ok_and(|text| text == key))
}

/// Everything that the content of the folder depends on, in one number. It names a cache and guards nothing.
fn key(paths: &Paths, tools: &Tools) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    tools.toolchain.version.hash(&mut hasher);
    tools.evcxr.hash(&mut hasher);
    let evcxr = tools
        .evcxr
        .metadata()
        .with_context(|| format!("`{}` is gone", tools.evcxr.display()))?;
    (evcxr.len(), evcxr.modified().ok()).hash(&mut hasher);
    kernel::build_environment().hash(&mut hasher);
    paths.root.hash(&mut hasher);
    PROFILE.hash(&mut hasher);
    inference::cargo_home(paths, &tools.toolchain)?.hash(&mut hasher);
    for file in [
        "Cargo.toml",
        "Cargo.lock",
        "support/Cargo.toml",
        "support/tokio",
    ] {
        hash_tree(&paths.root.join(file), &mut hasher)?;
    }
    hash_tree(&paths.root.join("support/src"), &mut hasher)?;
    Ok(format!("{:016x}\n", hasher.finish()))
}

fn hash_tree(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    path.hash(hasher);
    if path.is_dir() {
        return process::entries(path)?
            .iter()
            .try_for_each(|entry| hash_tree(entry, hasher));
    }
    let problem = || format!("`{}` could not be read", path.display());
    fs::read(path).with_context(problem)?.hash(hasher);
    Ok(())
}

/// The dependencies of every notebook, as the first cell names them, with paths that hold everywhere.
fn dependencies(paths: &Paths) -> [(&'static str, String); 2] {
    let support = paths.root.join("support");
    [
        ("support", format!("{{ path = {} }}", quoted(&support))),
        (
            "tokio",
            format!(
                "{{ package = \"support-tokio\", path = {} }}",
                quoted(&support.join("tokio"))
            ),
        ),
    ]
}

/// A path as a TOML string. JSON's escapes are among TOML's.
fn quoted(path: &Path) -> String {
    Value::from(path.to_string_lossy()).to_string()
}

/// What every kernel runs at its start; it leaves no name behind.
///
/// The kernel asks for backtraces, and a panic is clearer without one. And it answers when a cell has ended, while the
/// report of a panic may still be on its way and would then be lost: the report gets the time to arrive. Whoever runs
/// notebooks can be told of each panic, too, in a file. The programs that spare the kernel's type inference its reading
/// (see [`inference`]) are not for cells.
const PRELUDE: &str = "{
    unsafe {
        std::env::set_var(\"RUST_BACKTRACE\", \"0\");
        std::env::remove_var(\"RUSTC\");
        match std::env::var_os(\"ASYNC_LAB_CARGO_HOME\") {
            Some(home) => std::env::set_var(\"CARGO_HOME\", home),
            None => std::env::remove_var(\"CARGO_HOME\"),
        }
    };
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if let Ok(path) = std::env::var(\"ASYNC_LAB_PANICS\")
            && let Ok(mut file) = std::fs::File::options().append(true).open(path)
        {
            let _ = std::io::Write::write_all(&mut file, b\"panic\\n\");
        }
        report(panic);
        std::thread::sleep(std::time::Duration::from_millis(50));
    }));
}
";

/// What the kernel reads at its start.
///
/// The dependencies are declared before the first cell, so that there is one Tokio even where a learner awaits before
/// running the first cell. The kernel's very first build has no dependencies and empties the lock file: it is put back
/// before they are declared.
fn write_kernel_config(paths: &Paths) -> Result<()> {
    let folder = paths.kernel_config();
    let lines: String = dependencies(paths)
        .iter()
        .map(|(name, config)| format!(":dep {name} = {config}\n"))
        .collect();
    write_if_changed(
        &folder.join("evcxr.toml"),
        "[evcxr]\noffline_mode = true\nopt_level = \"0\"\n",
    )?;
    write_if_changed(
        &folder.join("init.evcxr"),
        &format!("!cp \"$ASYNC_LAB_LOCK\" \"$EVCXR_TMPDIR/Cargo.lock\"\n{lines}"),
    )?;
    write_if_changed(&folder.join("prelude.rs"), PRELUDE)
}

/// The runtime is optimised, whose timers and wake-ups the lab measures. To optimise every crate would make the first
/// set-up minutes longer.
///
/// The kernel writes the profile of cells itself, so this stands where cargo finds it from the folder of every kernel.
const PROFILE: &str = "[profile.dev.package.tokio]\nopt-level = 3\n";

/// The manifest of the crate that holds a cell, as the kernel writes it.
fn write_manifest(paths: &Paths) -> Result<()> {
    let prepared = paths.prepared();
    let lines: String = dependencies(paths)
        .iter()
        .map(|(name, config)| format!("{name} = {config}\n"))
        .collect();
    let manifest = format!(
        "[package]\nname = \"ctx\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n\
         [lib]\ncrate-type = [\"cdylib\"]\npath = \"src/lib.rs\"\n\n\
         [profile.dev]\nopt-level = 0\ndebug = false\nstrip = \"debuginfo\"\nrpath = true\nlto = false\n\
         debug-assertions = true\ncodegen-units = 16\npanic = 'unwind'\nincremental = true\noverflow-checks = true\n\n\
         [dependencies]\n{lines}"
    );
    write_if_changed(&paths.state().join(".cargo/config.toml"), PROFILE)?;
    write_if_changed(&prepared.join("Cargo.toml"), &manifest)?;
    write_if_changed(&prepared.join("src/lib.rs"), "")?;
    for name in ["Cargo.lock", kernel::LOCK] {
        fs::copy(paths.root.join("Cargo.lock"), prepared.join(name))
            .context("`Cargo.lock` could not be copied")?;
    }
    Ok(())
}

/// Builds the dependencies with the flags that the kernel uses.
fn build(paths: &Paths, tools: &Tools) -> Result<()> {
    // For every platform: `cargo metadata`, which the kernel calls, asks for all of them, and it will be offline. From the
    // workspace, since a kernel leaves a configuration behind that keeps cargo offline in the prepared folder.
    let step = Step::start("Sources of the dependencies");
    let mut fetch = process::command(&tools.toolchain.cargo);
    process::text(fetch.args(["fetch", "--locked"]).current_dir(&paths.root))
        .context("the dependencies could not be fetched\nhint: behind a proxy, set HTTPS_PROXY and try again")?;
    step.done("there");
    compile(
        paths,
        tools,
        "build",
        "Dependencies of the notebooks, built once",
    )?;
    // Where the kernel cannot infer a type, it asks `cargo check` what is wrong, and would check them all first.
    compile(
        paths,
        tools,
        "check",
        "The same, checked for the messages of the compiler",
    )
}

/// Runs a command of cargo in the prepared folder as the kernel does, and shows how far it has come.
fn compile(paths: &Paths, tools: &Tools, subcommand: &str, title: &str) -> Result<()> {
    let prepared = paths.prepared();
    let total = fs::read_to_string(prepared.join("Cargo.lock"))
        .unwrap_or_default()
        .matches("[[package]]")
        .count();
    let mut step = Step::counting(title, total as u64);
    // Cargo knows what is built by the paths of sources, which begin with the cargo home: it has to be the kernels'.
    let home = inference::cargo_home(paths, &tools.toolchain)?;
    let mut command = process::command(&tools.toolchain.cargo);
    command
        .env("CARGO_HOME", home)
        .args([
            subcommand,
            "--offline",
            "--message-format=json-render-diagnostics",
            "--target",
            tools.toolchain.host()?,
        ])
        .current_dir(&prepared)
        .env("CARGO_TARGET_DIR", "target")
        .env("CARGO_BUILD_BUILD_DIR", "target")
        .env("RUSTC", &tools.toolchain.rustc)
        .env("RUSTFLAGS", "-Cprefer-dynamic")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut cargo = command
        .spawn()
        .with_context(|| format!("`{}` could not be started", process::line(&command)))?;
    let stderr = cargo
        .stderr
        .take()
        .context("cargo's messages are piped to us")?;
    let said = std::thread::spawn(move || {
        BufReader::new(stderr)
            .lines()
            .map_while(Result::ok)
            .collect::<Vec<_>>()
            .join("\n")
    });
    let stdout = cargo
        .stdout
        .take()
        .context("cargo's report is piped to us")?;
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        let message: Value = serde_json::from_str(&line).unwrap_or_default();
        if message["reason"] == "compiler-artifact" {
            step.advance(message["target"]["name"].as_str().unwrap_or("a crate"));
        }
    }
    let status = cargo.wait().context("cargo's end could not be awaited")?;
    let said = said.join().unwrap_or_default();
    if !status.success() {
        bail!(
            "the dependencies of the notebooks could not be built:\n{}",
            process::tail(said.as_bytes())
        );
    }
    step.done("done");
    Ok(())
}

/// Runs a kernel in the prepared folder: declares the dependencies, awaits once.
fn prove(paths: &Paths, tools: &Tools) -> Result<()> {
    let step = Step::start("First start of the kernel");
    let notebook = paths.state().join("first-start.ipynb");
    let cell = |source: &str| json!({ "cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": null, "source": source });
    let content = json!({
        "cells": [cell("use support::*;"), cell("tokio::time::sleep(std::time::Duration::from_millis(1)).await; 42")],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
    });
    fs::write(&notebook, content.to_string())
        .with_context(|| format!("`{}` could not be written", notebook.display()))?;
    let mut command = jupyter(paths, tools);
    command.env(kernel::PREPARING, "1");
    let mut driver = Driver::start(command, paths, &notebook, KERNEL, 600, None)?;
    let mut answered = false;
    while let Some(cell) = driver.next()? {
        answered = cell
            .outputs
            .iter()
            .any(|output| output["data"]["text/plain"] == "42");
    }
    if !answered {
        bail!(
            "the kernel started, but did not answer\n{}\nhint: `cargo lab doctor` shows what is installed",
            driver.said()
        );
    }
    step.done("it answers");
    Ok(())
}
