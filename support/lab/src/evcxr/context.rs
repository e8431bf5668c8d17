//! What decides how things are built here: the toolchain, its cargo home for kernels, variables and settings.

use crate::evcxr::shims::CargoHome;
use crate::system::environment::{self, BuildEnvironment};
use crate::system::paths::Paths;
use crate::system::tools::Toolchain;
use anyhow::Result;
use std::process::Command;

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
            settings: environment::cargo_settings(paths, &environment::cargo_home()?)?,
            toolchain,
            environment,
        })
    }

    /// Has a command of cargo build as kernels do.
    pub(crate) fn apply(&self, command: &mut Command) {
        self.environment.apply(command);
        command
            .env("CARGO_HOME", self.home.folder())
            .env("RUSTC", &self.toolchain.rustc)
            // A wrapper that settings name would keep what no build asks for again.
            .env("RUSTC_WRAPPER", "")
            .env("RUSTC_WORKSPACE_WRAPPER", "");
    }
}
