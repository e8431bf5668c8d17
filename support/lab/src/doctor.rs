//! Says what is installed, in which version, and what mends what is missing.

use crate::paths::Paths;
use crate::prepare::{Tools, evcxr, folder, python, toolchain::Toolchain};
use crate::process;

/// Prints what was found; true where nothing is missing.
pub(crate) fn report(paths: &Paths) -> bool {
    let mut sound = true;
    let mut row = |what: &str, found: Result<String, String>| match found {
        Ok(text) => anstream::println!("\x1b[32mok\x1b[0m       {what:<22} {text}"),
        Err(hint) => {
            sound = false;
            anstream::println!("\x1b[31mmissing\x1b[0m  {what:<22} hint: {hint}");
        }
    };

    let toolchain = Toolchain::find();
    row(
        "Rust",
        toolchain
            .as_ref()
            .map(|found| found.version.lines().next().unwrap_or_default().to_owned())
            .map_err(|error| format!("{error:#}")),
    );
    let sources = toolchain.as_ref().is_ok_and(Toolchain::has_sources);
    row(
        "rust-src",
        if sources {
            Ok("there".to_owned())
        } else {
            Err("rustup component add rust-src".to_owned())
        },
    );
    row(
        "C compiler",
        ["cc", "gcc", "clang"]
            .into_iter()
            .find_map(process::find)
            .or_else(|| std::env::var_os("CC").map(Into::into))
            .map(|path| path.display().to_string())
            .ok_or_else(|| "on Debian and Ubuntu, apt install build-essential".to_owned()),
    );
    let kernel = evcxr::find();
    row(
        "evcxr_jupyter",
        kernel
            .as_ref()
            .map(|path| path.display().to_string())
            .ok_or_else(|| {
                format!(
                    "cargo lab setup (runs cargo install evcxr_jupyter --version {} --locked)",
                    evcxr::VERSION
                )
            }),
    );
    let python = python::active().or_else(|| {
        let wanted = python::pins(&paths.root.join("environment.yml")).ok()?;
        python::installed(&paths.venv(), &wanted).then(|| paths.venv().join("bin/python"))
    });
    row(
        "JupyterLab",
        python
            .as_ref()
            .map(|python| jupyter_versions(python))
            .ok_or_else(|| "cargo lab setup".to_owned()),
    );
    let ready = match (toolchain, kernel, python) {
        (Ok(toolchain), Some(evcxr), Some(python)) => {
            let tools = Tools {
                toolchain,
                python,
                evcxr,
            };
            folder::is_ready(paths, &tools)
        }
        _ => false,
    };
    row(
        "built dependencies",
        if ready {
            Ok("up to date".to_owned())
        } else {
            Err("cargo lab setup".to_owned())
        },
    );
    sound
}

fn jupyter_versions(python: &std::path::Path) -> String {
    let program = "import jupyterlab, nbclient, nbconvert; \
                   print(jupyterlab.__version__, '(nbclient', nbclient.__version__ + ', nbconvert', nbconvert.__version__ + ')')";
    let versions =
        process::text(process::command(python).args(["-c", program])).unwrap_or_default();
    format!("{versions}, {}", python.display())
}
