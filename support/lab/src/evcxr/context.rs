//! What decides how things are built here: the toolchain, its cargo home for kernels, variables and settings.

use crate::evcxr::{config, shims::CargoHome};
use crate::system::{
    environment::{self, BuildEnvironment},
    paths::Paths,
    process,
    tools::Toolchain,
};
use anyhow::{Context, Result};
use fs_err as fs;
use std::path::Path;
use std::process::Command;
use toml::{Table, Value};

/// The toolchain and all that is said about builds. To find it writes nothing.
#[derive(Debug, Clone)]
pub(crate) struct BuildContext {
    pub(crate) toolchain: Toolchain,
    pub(crate) home: CargoHome,
    pub(crate) environment: BuildEnvironment,
    /// What of the user's settings of cargo changes what is built.
    pub(crate) settings: String,
}

impl BuildContext {
    /// The context of a set-up.
    pub(crate) fn of(paths: &Paths, toolchain: Toolchain) -> Result<Self> {
        BuildContext::with(paths, toolchain, BuildEnvironment::current()?)
    }

    /// The context of a kernel: its set-up's variables, whoever starts it.
    pub(crate) fn of_kernel(paths: &Paths) -> Result<Self> {
        BuildContext::with(paths, Toolchain::find()?, BuildEnvironment::of_kernel()?)
    }

    fn with(paths: &Paths, toolchain: Toolchain, environment: BuildEnvironment) -> Result<Self> {
        Ok(BuildContext {
            home: CargoHome::of(paths, &toolchain)?,
            settings: settings(paths, &environment::cargo_home()?)?,
            toolchain,
            environment,
        })
    }

    /// A cargo that builds as kernels do.
    ///
    /// It knows what is built by the paths of sources, which begin with the cargo home: that is the kernels'.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = process::command(&self.toolchain.cargo);
        self.environment.apply(&mut command);
        command
            .env("CARGO_HOME", self.home.folder())
            .env("RUSTC", &self.toolchain.rustc)
            // A wrapper that settings name would keep what no build asks for again.
            .env("RUSTC_WRAPPER", "")
            .env("RUSTC_WORKSPACE_WRAPPER", "");
        command
    }
}

/// What of the user's settings of cargo changes what is built, in one text. `home` is cargo's folder.
///
/// The folder of a kernel is below that of a checkout and often below the user's own, and cargo reads the settings in all
/// of them. What the lab must have otherwise stands nearer to the kernel (see [`config::CARGO`]).
fn settings(paths: &Paths, home: &Path) -> Result<String> {
    let state = paths.state();
    let above = state
        .ancestors()
        .skip(1)
        .map(|folder| folder.join(".cargo"));
    let mut texts = Vec::new();
    for folder in above.chain([home.to_owned()]) {
        for name in ["config", "config.toml"] {
            let file = folder.join(name);
            let Ok(text) = fs::read_to_string(&file) else {
                continue;
            };
            let shown = file.display();
            let problem = || format!("`{shown}` is not what cargo reads\nhint: mend it");
            let text = relevant(text.parse().with_context(problem)?).to_string();
            // The user's own folder is above most checkouts, and is cargo's, too.
            if !text.is_empty() && !texts.contains(&text) {
                texts.push(text);
            }
        }
    }
    Ok(texts.join("\n"))
}

/// The tables that change what is built, without the keys that the lab sets itself.
fn relevant(settings: Table) -> Table {
    let tables = [
        "env", "host", "patch", "paths", "profile", "source", "target", "unstable",
    ];
    let ours: Table = config::CARGO.parse().unwrap_or_default();
    let mut kept = Table::new();
    for (name, mut value) in settings {
        if !tables.contains(&name.as_str()) {
            continue;
        }
        if name == "profile" {
            // Cells and what they need are built by that of development, whose values of ours are nearer.
            value = value
                .get("dev")
                .cloned()
                .unwrap_or(Value::Table(Table::new()));
            if let (Value::Table(theirs), Some(ours)) = (&mut value, ours["profile"].get("dev")) {
                theirs.retain(|key, value| value.is_table() || ours.get(key).is_none());
            }
        }
        if !matches!(&value, Value::Table(table) if table.is_empty()) {
            kept.insert(name, value);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_change_no_product_make_no_difference() {
        let text = |settings: &str| relevant(settings.parse().expect("TOML")).to_string();
        assert_eq!(
            text("[net]\noffline = true\n[term]\nquiet = true\n[build]\njobs = 1\n[target]\n"),
            ""
        );
        assert_eq!(
            text("[profile.dev]\npanic = \"abort\"\n[profile.release]\nopt-level = 0\n"),
            ""
        );
        assert!(text("[profile.dev]\nopt-level = 3\n[net]\nretry = 3").contains("opt-level"));
    }
}
