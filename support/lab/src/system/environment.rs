//! What variables of the environment say about builds.
//!
//! Some change what compilers make, such as those that activating a conda environment sets: they are honoured, and part of
//! the name of a prepared folder. Others would make cargo build in another place or in another way than the lab does, or
//! build everything anew: kernels and set-ups work without them. All the rest is nobody's concern.
//!
//! The variables of the set-up reach a kernel by its registration, whoever starts it: an IDE has others than the terminal.

use crate::system::{process, variables::BUILD_ENVIRONMENT};
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;
use std::process::Command;

/// The variables that change what compilers build, with their values.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct BuildEnvironment(BTreeMap<String, String>);

impl BuildEnvironment {
    /// The variables of this process.
    ///
    /// # Errors
    ///
    /// Names one whose value is not UTF-8.
    pub(crate) fn current() -> Result<Self> {
        let mut variables = BTreeMap::new();
        for (name, value) in env::vars_os() {
            let known = name.to_str();
            let Some(name) = known.filter(|name| effect(name) == Effect::OnProducts) else {
                continue;
            };
            let Ok(value) = value.into_string() else {
                bail!(
                    "the environment variable `{name}` is not UTF-8\nhint: set it otherwise, or unset it"
                );
            };
            variables.insert(name.to_owned(), value);
        }
        Ok(BuildEnvironment(variables))
    }

    /// The variables that the kernel's registration hands on, else those of this process.
    pub(crate) fn of_kernel() -> Result<Self> {
        let Ok(text) = env::var(BUILD_ENVIRONMENT) else {
            return BuildEnvironment::current();
        };
        serde_json::from_str(&text).with_context(|| {
            format!(
                "`{BUILD_ENVIRONMENT}` is not what a set-up writes\nhint: run `cargo lab setup`"
            )
        })
    }

    /// The value of [`BUILD_ENVIRONMENT`] for a kernel.
    pub(crate) fn handed_on(&self) -> Result<String> {
        Ok(serde_json::to_string(self)?)
    }

    /// Gives a command these variables, and takes from it those that would lead cargo elsewhere.
    pub(crate) fn apply(&self, command: &mut Command) {
        process::remove_variables(command, |name| effect(name) != Effect::None);
        command.envs(&self.0).env_remove(BUILD_ENVIRONMENT);
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Effect {
    /// On what compilers make: honoured.
    OnProducts,
    /// On where and how cargo builds, which is the lab's to say: taken away.
    OnCargo,
    None,
}

fn effect(name: &str) -> Effect {
    let starts_with = |starts: &[&str]| starts.iter().any(|start| name.starts_with(start));
    let of_linker =
        name.starts_with("CARGO_TARGET_") && (name.ends_with("_LINKER") || name.ends_with("_AR"));
    let products = [
        "AR_",
        "AWS_LC_",
        "CC_",
        "CFLAGS",
        "CMAKE",
        "CPPFLAGS",
        "CXX",
        "HOST_",
        "LDFLAGS",
        "PKG_CONFIG",
        "TARGET_",
    ];
    let cargo = [
        "CARGO_BUILD_",
        "CARGO_ENCODED_",
        "CARGO_HOST_",
        "CARGO_PROFILE_",
        "CARGO_TARGET_",
        "CARGO_UNSTABLE_",
    ];
    let others = [
        "CARGO_INCREMENTAL",
        "RUSTC",
        "RUSTC_BOOTSTRAP",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTC_WRAPPER",
        "RUSTDOC",
        "RUSTDOCFLAGS",
        "RUSTFLAGS",
    ];
    if of_linker
        || starts_with(&products)
        || ["AR", "CC", "LD", "MACOSX_DEPLOYMENT_TARGET", "SDKROOT"].contains(&name)
    {
        Effect::OnProducts
    } else if name != "CARGO_BUILD_JOBS" && (starts_with(&cargo) || others.contains(&name)) {
        Effect::OnCargo
    } else {
        Effect::None
    }
}

/// Cargo's own folder, as it is without us.
pub(crate) fn cargo_home() -> Result<PathBuf> {
    env::var_os("CARGO_HOME")
        .filter(|home| !home.is_empty())
        .map(PathBuf::from)
        .or_else(|| Some(env::home_dir()?.join(".cargo")))
        .context("there is no home folder for cargo\nhint: set CARGO_HOME")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linker_variables_count_and_those_that_only_move_builds_are_taken_away() {
        for (name, expected) in [
            ("CC", Effect::OnProducts),
            ("LDFLAGS", Effect::OnProducts),
            (
                "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER",
                Effect::OnProducts,
            ),
            ("CMAKE_ARGS", Effect::OnProducts),
            ("CARGO_TARGET_DIR", Effect::OnCargo),
            ("CARGO_PROFILE_DEV_PANIC", Effect::OnCargo),
            ("RUSTC_WRAPPER", Effect::OnCargo),
            ("RUSTFLAGS", Effect::OnCargo),
            ("CARGO_BUILD_TARGET", Effect::OnCargo),
            ("PATH", Effect::None),
            ("LD_LIBRARY_PATH", Effect::None),
            ("CARGO_HOME", Effect::None),
            ("CARGO_BUILD_JOBS", Effect::None),
            ("RUSTUP_TOOLCHAIN", Effect::None),
        ] {
            assert_eq!(effect(name), expected, "{name}");
        }
    }
}
