//! Says what is installed, in which version, and what mends what is missing. It only looks: nothing is written.

use crate::evcxr::{context::BuildContext, install};
use crate::jupyter::{
    interpreter,
    packages::{self, Active},
};
use crate::prepare::folder;
use crate::system::{paths::Paths, process, tools::Toolchain};
use anyhow::{Context, Error, Result, anyhow};
use clap::Args;
use std::path::{Path, PathBuf};

/// What mends most of what may be missing.
const SETUP: &str = "cargo lab setup";

/// Options of `cargo lab doctor`: there are none.
#[derive(Debug, Args)]
pub(crate) struct Options {}

/// Prints what was found; fails where something is missing.
pub(crate) fn run(paths: &Paths, Options {}: &Options) -> Result<bool> {
    let mut sound = true;
    let mut row = |what: &str, found: Result<String>| match found {
        Ok(text) => println!("\x1b[32mok\x1b[0m       {what:<22} {text}"),
        Err(hint) => {
            sound = false;
            println!("\x1b[31mmissing\x1b[0m  {what:<22} hint: {hint:#}");
        }
    };
    // Several rows may tell that it is missing.
    let toolchain = Toolchain::find().map_err(|error| format!("{error:#}"));
    let found = || toolchain.as_ref().map_err(|error| anyhow!("{error}"));
    row("Rust", found().map(|found| first_line(&found.version)));
    row("cargo", found().and_then(|found| version_of(&found.cargo)));
    let sources = toolchain.as_ref().is_ok_and(Toolchain::has_sources);
    let sources = sources.then(|| "there".to_owned());
    row("rust-src", sources.context("rustup component add rust-src"));
    row("C compiler", c_compiler());
    let kernel = install::find(paths);
    let (version, other) = (install::VERSION, left_alone(paths));
    let built = match &kernel {
        Some(path) => Ok(format!("{version}{other}, {}", path.display())),
        None => Err(anyhow!("{SETUP} (it builds version {version}{other})")),
    };
    row("evcxr_jupyter", built);
    let (python, note) = python(paths);
    let interpreter = match &python {
        Some(path) => {
            version_of(path).map(|version| format!("{version}{note}, {}", path.display()))
        }
        None => Err(anyhow!("{SETUP}{note}")),
    };
    row("Python", interpreter);
    let packages = python.as_deref().context(SETUP).and_then(jupyter_versions);
    row("JupyterLab", packages);
    let ready = kernel.is_some() && python.is_some();
    let context = toolchain.map_err(Error::msg);
    let context = context.and_then(|toolchain| BuildContext::of(paths, toolchain));
    let dependencies = context.and_then(|context| {
        let is_ready = ready && folder::is_ready(paths, &context);
        let there = format!("up to date, in {}", paths.shown(&paths.state()));
        is_ready.then_some(there).context(SETUP)
    });
    row("built dependencies", dependencies);
    Ok(sound)
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

fn version_of(program: &Path) -> Result<String> {
    let said = process::checked_stdout(process::command(program).arg("--version"))?;
    Ok(first_line(&said))
}

fn c_compiler() -> Result<String> {
    let chosen = std::env::var_os("CC").map(PathBuf::from);
    let found = chosen.or_else(|| ["cc", "gcc", "clang"].into_iter().find_map(process::which));
    let path = found.context("on Debian and Ubuntu, apt install build-essential")?;
    // Some print no version; that it is there is what counts.
    let version = version_of(&path).unwrap_or_default();
    Ok(format!("{version}, {}", path.display()))
}

/// Says so where the `PATH` leads to another kernel.
fn left_alone(paths: &Paths) -> String {
    install::other(paths).map_or_else(String::new, |path| {
        format!(" (`{}` is left alone)", path.display())
    })
}

/// The Python that has JupyterLab, and why that is not the active one.
fn python(paths: &Paths) -> (Option<PathBuf>, String) {
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

fn jupyter_versions(python: &Path) -> Result<String> {
    let program = "from importlib.metadata import version as v; \
                   print(v('jupyterlab'), '(nbclient', v('nbclient') + ', nbconvert', v('nbconvert') + ')')";
    let versions = process::checked_stdout(interpreter::command(python).args(["-c", program]))?;
    Ok(format!("{versions}, {}", python.display()))
}
