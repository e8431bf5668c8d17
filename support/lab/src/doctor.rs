//! Says what is installed, in which version, and what mends what is missing. It only looks: nothing is written.

use crate::paths::Paths;
use crate::prepare::context::BuildContext;
use crate::prepare::python::{self, Active};
use crate::prepare::{evcxr, folder, toolchain::Toolchain};
use crate::process;
use std::path::Path;

/// What was found, or what mends it.
type Found = Result<String, String>;

/// Prints what was found; true where nothing is missing.
pub(crate) fn report(paths: &Paths) -> bool {
    let mut sound = true;
    let mut row = |what: &str, found: Found| match found {
        Ok(text) => anstream::println!("\x1b[32mok\x1b[0m       {what:<22} {text}"),
        Err(hint) => {
            sound = false;
            anstream::println!("\x1b[31mmissing\x1b[0m  {what:<22} hint: {hint}");
        }
    };
    let toolchain = Toolchain::find();
    row(
        "Rust",
        first_line(
            toolchain
                .as_ref()
                .map(|found| found.version.as_str())
                .map_err(|error| format!("{error:#}")),
        ),
    );
    row(
        "cargo",
        first_line(
            toolchain
                .as_ref()
                .map_err(|error| format!("{error:#}"))
                .and_then(|found| version_of(&found.cargo)),
        ),
    );
    row("rust-src", sources(toolchain.as_ref().ok()));
    row("C compiler", c_compiler());
    let context = toolchain.and_then(|toolchain| BuildContext::of(paths, toolchain));
    let kernel = evcxr::find(paths);
    row(
        "evcxr_jupyter",
        kernel.as_ref().map_or_else(
            || {
                Err(format!(
                    "cargo lab setup (it builds version {}{})",
                    evcxr::VERSION,
                    left_alone(paths)
                ))
            },
            |path| {
                Ok(format!(
                    "{}{}, {}",
                    evcxr::VERSION,
                    left_alone(paths),
                    path.display()
                ))
            },
        ),
    );
    let (python, note) = python(paths);
    row(
        "Python",
        python.as_ref().map_or_else(
            || Err(format!("cargo lab setup{note}")),
            |python| {
                version_of(python).map(|version| format!("{version}{note}, {}", python.display()))
            },
        ),
    );
    row(
        "JupyterLab",
        python.as_ref().map_or_else(
            || Err("cargo lab setup".to_owned()),
            |python| jupyter_versions(python),
        ),
    );
    let ready = kernel.is_some() && python.is_some();
    row(
        "built dependencies",
        match &context {
            Ok(context) if ready && folder::is_ready(paths, context) => {
                Ok(format!("up to date, in {}", paths.shown(&paths.state())))
            }
            Ok(_) => Err("cargo lab setup".to_owned()),
            Err(error) => Err(format!("{error:#}")),
        },
    );
    sound
}

fn first_line(text: Result<impl AsRef<str>, String>) -> Found {
    text.map(|text| text.as_ref().lines().next().unwrap_or_default().to_owned())
}

fn version_of(program: &Path) -> Found {
    process::text(process::command(program).arg("--version")).map_err(|error| format!("{error:#}"))
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
    let found = chosen.or_else(|| ["cc", "gcc", "clang"].into_iter().find_map(process::find));
    let missing = "on Debian and Ubuntu, apt install build-essential".to_owned();
    let path: std::path::PathBuf = found.ok_or(missing)?;
    // Some print no version; that it is there is what counts.
    let version = first_line(version_of(&path)).unwrap_or_default();
    Ok(format!("{version}, {}", path.display()))
}

/// Says so where the `PATH` leads to another kernel.
fn left_alone(paths: &Paths) -> String {
    evcxr::other(paths).map_or_else(String::new, |path| {
        format!(" (`{}` is left alone)", path.display())
    })
}

/// The Python that has JupyterLab, and why that is not the active one.
fn python(paths: &Paths) -> (Option<std::path::PathBuf>, String) {
    let Ok(wanted) = python::pins(&paths.root.join("environment.yml")) else {
        return (None, String::new());
    };
    let note = match python::active(&wanted) {
        Active::Fits(python) => return (Some(python), String::new()),
        Active::Lacks(what) => format!(" (the active environment has {what})"),
        Active::None => String::new(),
    };
    let ours = python::installed(&paths.venv(), &wanted).then(|| paths.venv().join("bin/python"));
    (ours, note)
}

fn jupyter_versions(python: &Path) -> Found {
    let program = "from importlib.metadata import version as v; \
                   print(v('jupyterlab'), '(nbclient', v('nbclient') + ', nbconvert', v('nbconvert') + ')')";
    let versions = process::text(python::command(python).args(["-c", program]));
    versions
        .map(|versions| format!("{versions}, {}", python.display()))
        .map_err(|error| format!("{error:#}"))
}
