//! Says what is installed, in which version, and what mends what is missing. It only looks: nothing is written.

use crate::evcxr::{context::BuildContext, install};
use crate::jupyter::packages::{self, Active};
use crate::prepare::folder;
use crate::system::{paths::Paths, process, tools::Toolchain};
use anyhow::Result;
use clap::Args;
use std::path::Path;
use std::process::ExitCode;

/// What was found, or what mends it.
type Found = std::result::Result<String, String>;

/// Options of `cargo lab doctor`: there are none.
#[derive(Debug, Args)]
pub(crate) struct Options {}

/// Prints what was found; fails where something is missing.
pub(crate) fn run(paths: &Paths, Options {}: &Options) -> Result<ExitCode> {
    let mut sound = true;
    let mut row = |what: &str, found: Found| match found {
        Ok(text) => anstream::println!("\x1b[32mok\x1b[0m       {what:<22} {text}"),
        Err(hint) => {
            sound = false;
            anstream::println!("\x1b[31mmissing\x1b[0m  {what:<22} hint: {hint}");
        }
    };
    let toolchain = Toolchain::find().map_err(|error| format!("{error:#}"));
    let found = toolchain.as_ref().map_err(String::clone);
    row(
        "Rust",
        first_line(found.clone().map(|found| &found.version)),
    );
    row(
        "cargo",
        first_line(found.clone().and_then(|found| version_of(&found.cargo))),
    );
    row("rust-src", sources(toolchain.as_ref().ok()));
    row("C compiler", c_compiler());
    let kernel = install::find(paths);
    let (version, other) = (install::VERSION, left_alone(paths));
    let built = match &kernel {
        Some(path) => Ok(format!("{version}{other}, {}", path.display())),
        None => Err(format!(
            "cargo lab setup (it builds version {version}{other})"
        )),
    };
    row("evcxr_jupyter", built);
    let (python, note) = python(paths);
    let setup = || "cargo lab setup".to_owned();
    let interpreter = match &python {
        Some(path) => {
            version_of(path).map(|version| format!("{version}{note}, {}", path.display()))
        }
        None => Err(setup() + &note),
    };
    row("Python", interpreter);
    row(
        "JupyterLab",
        python
            .as_deref()
            .ok_or_else(setup)
            .and_then(jupyter_versions),
    );
    let context = toolchain.and_then(|toolchain| {
        BuildContext::of(paths, toolchain).map_err(|error| format!("{error:#}"))
    });
    let ready = kernel.is_some() && python.is_some();
    let dependencies = context.and_then(|context| {
        let there = format!("up to date, in {}", paths.shown(&paths.state()));
        (ready && folder::is_ready(paths, &context))
            .then_some(there)
            .ok_or_else(setup)
    });
    row("built dependencies", dependencies);
    Ok(super::code(sound))
}

fn first_line(text: std::result::Result<impl AsRef<str>, String>) -> Found {
    text.map(|text| text.as_ref().lines().next().unwrap_or_default().to_owned())
}

fn version_of(program: &Path) -> Found {
    process::checked_stdout(process::command(program).arg("--version"))
        .map_err(|error| format!("{error:#}"))
}

fn sources(toolchain: Option<&Toolchain>) -> Found {
    if toolchain.is_some_and(Toolchain::has_sources) {
        Ok("there".to_owned())
    } else {
        Err("rustup component add rust-src".to_owned())
    }
}

fn c_compiler() -> Found {
    let chosen = std::env::var_os("CC").map(Into::into);
    let found = chosen.or_else(|| ["cc", "gcc", "clang"].into_iter().find_map(process::which));
    let missing = "on Debian and Ubuntu, apt install build-essential".to_owned();
    let path: std::path::PathBuf = found.ok_or(missing)?;
    // Some print no version; that it is there is what counts.
    let version = first_line(version_of(&path)).unwrap_or_default();
    Ok(format!("{version}, {}", path.display()))
}

/// Says so where the `PATH` leads to another kernel.
fn left_alone(paths: &Paths) -> String {
    install::other(paths).map_or_else(String::new, |path| {
        format!(" (`{}` is left alone)", path.display())
    })
}

/// The Python that has JupyterLab, and why that is not the active one.
fn python(paths: &Paths) -> (Option<std::path::PathBuf>, String) {
    let Ok(wanted) = packages::pins(&paths.root.join("environment.yml")) else {
        return (None, String::new());
    };
    let note = match packages::active(&wanted) {
        Active::Fits(python) => return (Some(python), String::new()),
        Active::Lacks(what) => format!(" (the active environment has {what})"),
        Active::None => String::new(),
    };
    let ours = packages::installed(&paths.venv(), &wanted).then(|| paths.venv().join("bin/python"));
    (ours, note)
}

fn jupyter_versions(python: &Path) -> Found {
    let program = "from importlib.metadata import version as v; \
                   print(v('jupyterlab'), '(nbclient', v('nbclient') + ', nbconvert', v('nbconvert') + ')')";
    let versions = process::checked_stdout(packages::command(python).args(["-c", program]));
    versions
        .map(|versions| format!("{versions}, {}", python.display()))
        .map_err(|error| format!("{error:#}"))
}
