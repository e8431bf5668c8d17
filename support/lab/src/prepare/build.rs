//! What is built in a prepared folder, and what every kernel runs at its start.

use super::context::BuildContext;
use super::hints;
use crate::files;
use crate::kernel;
use crate::paths::Paths;
use crate::process;
use crate::progress::Step;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fs;
use std::path::Path;

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

/// What every process of cells runs at its start; it leaves no name behind.
///
/// The kernel asks for backtraces, and a panic is clearer without one. And it answers when a cell has ended, while the
/// report of a panic may still be on its way and would then be lost: the report gets the time to arrive. Whoever runs
/// notebooks can be told of each panic, too, in a file. The programs that spare the kernel's type inference its reading
/// (see [`crate::inference`] and [`crate::compile`]) are not for cells. A cell that runs on when the kernel was killed would
/// run for ever: so its process waits for the lock that [`crate::front`] holds, and ends. What comes in without a name makes cells that await
/// faster to compile; `support::kernel` says how.
const PRELUDE: &str = "use support::kernel::BlockOn as _;
{
    unsafe {
        std::env::set_var(\"RUST_BACKTRACE\", \"0\");
        std::env::remove_var(\"RUSTC\");
        match std::env::var_os(\"ASYNC_LAB_CARGO_HOME\") {
            Some(home) => std::env::set_var(\"CARGO_HOME\", home),
            None => std::env::remove_var(\"CARGO_HOME\"),
        }
        if let Some(path) = std::env::var_os(\"ASYNC_LAB_PATH\") {
            std::env::set_var(\"PATH\", path);
        }
    };
    if let Some(folder) = std::env::var_os(\"EVCXR_TMPDIR\")
        && let Ok(front) = std::fs::File::open(std::path::Path::new(&folder).join(\"async-lab-front\"))
    {
        std::thread::spawn(move || {
            if front.lock_shared().is_ok() {
                std::process::exit(0);
            }
        });
    }
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
/// running the first cell. The kernel's very first build has none of them; [`crate::crates`] keeps the lock file for them.
pub(super) fn write_kernel_config(paths: &Paths) -> Result<()> {
    let folder = paths.kernel_config();
    let lines: String = dependencies(paths)
        .iter()
        .map(|(name, config)| format!(":dep {name} = {config}\n"))
        .collect();
    files::write_if_changed(
        &folder.join("evcxr.toml"),
        "[evcxr]\noffline_mode = true\nopt_level = \"0\"\n",
    )?;
    files::write_if_changed(
        &folder.join("init.evcxr"),
        &format!(":linker system\n{lines}"),
    )?;
    files::write_if_changed(&folder.join("prelude.rs"), PRELUDE)
}

/// The settings of cargo for the folders of kernels, which stand nearer to them than any of the user's.
///
/// The first table is the profile of cells as the kernel writes it, without the level of optimisation, which it can change:
/// settings of the user's would win over a manifest, and a cell that aborts where it panics takes the kernel with it.
///
/// Dependencies are optimised, as cells are not. An optimised library hands on no copies of its generic functions, which
/// rustc would read for each cell, and the linker after it: cells are done in 0.85 of the time. `support` does hand on its
/// own, which `support::kernel` is about. What runs while others are compiled is not worth the time. A cell is too small
/// for the threads that would share its compilation.
pub(super) fn cargo_settings() -> String {
    let mut text = String::from(
        "[profile.dev]\ndebug = false\nstrip = \"debuginfo\"\nrpath = true\nlto = false\ndebug-assertions = true\n\
         codegen-units = 16\npanic = \"unwind\"\nincremental = true\noverflow-checks = true\n\n\
         [profile.dev.package.\"*\"]\nopt-level = 2\n\n\
         [profile.dev.package.ctx]\ncodegen-units = 1\n",
    );
    for name in NOT_OPTIMISED {
        text.push_str(&format!("\n[profile.dev.package.{name}]\nopt-level = 0\n"));
    }
    text
}

/// The crates of ours, then the larger ones of those that run in the compiler or in build scripts.
const NOT_OPTIMISED: [&str; 16] = [
    "support",
    "support-tokio",
    "cc",
    "displaydoc",
    "futures-macro",
    "proc-macro2",
    "quote",
    "serde_derive",
    "syn",
    "synstructure",
    "thiserror-impl",
    "tokio-macros",
    "tracing-attributes",
    "yoke-derive",
    "zerofrom-derive",
    "zerovec-derive",
];

/// The manifest of the crate that holds a cell, as the kernel writes it.
fn write_manifest(paths: &Paths, folder: &Path) -> Result<()> {
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
    files::write_if_changed(&paths.state().join(".cargo/config.toml"), &cargo_settings())?;
    files::write_if_changed(&folder.join("Cargo.toml"), &manifest)?;
    files::write_if_changed(&folder.join("src/lib.rs"), "")?;
    for name in ["Cargo.lock", kernel::LOCK] {
        fs::copy(paths.root.join("Cargo.lock"), folder.join(name))
            .context("`Cargo.lock` could not be copied")?;
    }
    Ok(())
}

/// Builds the dependencies with the flags that the kernel uses.
pub(super) fn dependencies_in(paths: &Paths, context: &BuildContext, folder: &Path) -> Result<()> {
    write_manifest(paths, folder)?;
    // For every platform: `cargo metadata`, which the kernel calls, asks for all of them, and it will be offline. From the
    // workspace, since a kernel leaves a configuration behind that keeps cargo offline in the prepared folder.
    let step = Step::start("Sources of the dependencies");
    let mut fetch = process::command(&context.toolchain.cargo);
    fetch.args(["fetch", "--locked"]).current_dir(&paths.root);
    let ended = process::job(&fetch, |_| ())?;
    if !ended.status.success() {
        bail!(
            "the sources of the dependencies could not be fetched:\n{}{}",
            process::tail(ended.said.as_bytes()),
            hints::of(&ended.said, folder)
        );
    }
    step.done("there");
    compile(
        context,
        folder,
        "build",
        "Dependencies of the notebooks, built once",
    )?;
    // Where the kernel cannot infer a type, it asks `cargo check` what is wrong, and would check them all first.
    compile(
        context,
        folder,
        "check",
        "The same, checked for the messages of the compiler",
    )?;
    // Cargo has left out what cells do not need.
    fs::copy(folder.join("Cargo.lock"), folder.join(kernel::LOCK))
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
    let mut command = process::command(&context.toolchain.cargo);
    // Cargo knows what is built by the paths of sources, which begin with the cargo home: it has to be the kernels'.
    context.apply(&mut command);
    command
        .args([
            subcommand,
            "--offline",
            "--message-format=json-render-diagnostics",
            "--target",
            context.toolchain.host()?,
        ])
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
    if !ended.status.success() {
        bail!(
            "the dependencies of the notebooks could not be built:\n{}{}",
            process::tail(ended.said.as_bytes()),
            hints::of(&ended.said, folder)
        );
    }
    step.done("done");
    Ok(())
}
