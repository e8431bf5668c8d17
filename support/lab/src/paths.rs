//! Where things lie: the checkout, and the folder in it that holds everything prepared.
//!
//! Nothing is written outside `target/lab/`, apart from what cargo and the package managers keep for themselves.

use std::path::{Path, PathBuf};

/// Name of our kernel, as notebooks and Jupyter know it. The stock kernel is called `rust` and stays what it is.
pub(crate) const KERNEL: &str = "async-lab";

/// The checkout that this command was built in.
#[derive(Debug, Clone)]
pub(crate) struct Paths {
    pub(crate) root: PathBuf,
}

impl Paths {
    pub(crate) fn of_this_checkout() -> Self {
        let lab = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = lab
            .ancestors()
            .nth(2)
            .expect("the crate lies in support/lab");
        Paths {
            root: root.to_owned(),
        }
    }

    pub(crate) fn notebooks(&self) -> PathBuf {
        self.root.join("notebooks")
    }

    /// Everything that is prepared, and nothing that somebody wrote: deleting it costs time only.
    pub(crate) fn state(&self) -> PathBuf {
        self.root.join("target/lab")
    }

    /// The build folders that kernels' own are made from.
    pub(crate) fn prepared(&self) -> PathBuf {
        self.state().join("prepared")
    }

    /// One folder for each kernel that lives.
    pub(crate) fn kernels(&self) -> PathBuf {
        self.state().join("kernels")
    }

    /// What the kernel reads at its start.
    pub(crate) fn kernel_config(&self) -> PathBuf {
        self.state().join("kernel-config")
    }

    /// A virtual environment, where there is no active one with JupyterLab.
    pub(crate) fn venv(&self) -> PathBuf {
        self.state().join("venv")
    }

    /// What Jupyter would keep in the home folder: settings, kernels, run-time files.
    pub(crate) fn jupyter(&self) -> PathBuf {
        self.state().join("jupyter")
    }

    /// Python helpers and templates that ship with this command.
    pub(crate) fn assets(&self) -> PathBuf {
        self.root.join("support/lab/assets")
    }

    /// Python modules that Jupyter finds by their entry points.
    pub(crate) fn jupyter_modules(&self) -> PathBuf {
        self.assets().join("jupyter")
    }

    /// `path` as it is shown: from the top of the checkout where it lies inside.
    pub(crate) fn shown<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }
}
