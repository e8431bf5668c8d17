//! Where things lie: the checkout, and the folder that holds everything prepared for it.
//!
//! The checkout is found when the command runs, since checkouts are copied and moved with all that was built in them. What
//! is prepared lies in its `target/lab`. Only where its path has a space, at which evcxr would cut the name of each
//! compiled cell, does it lie in the user's folder for caches, under a name made of that path.
//!
//! Nothing else is written, apart from what cargo and the package managers keep for themselves.

use crate::system::files;
use anyhow::{Context, Result, bail};
use fs_err as fs;
use std::env;
use std::ffi::OsStr;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Name of our kernel, as notebooks and Jupyter know it. The stock kernel is called `rust` and stays what it is.
pub(crate) const KERNEL: &str = "async-lab";

/// In the prepared folder of a checkout, the file that says which checkout that is.
const CHECKOUT: &str = "checkout";

/// The checkout that this command is to work on.
#[derive(Debug, Clone)]
pub(crate) struct Paths {
    pub(crate) root: PathBuf,
    state: PathBuf,
}

impl Paths {
    /// Finds the checkout: a kernel's by the place of its program, anybody else's by what cargo says, else by the folder in
    /// which the command was called.
    ///
    /// # Errors
    ///
    /// Where there is none, and where its path has characters that the programs behind the lab cannot take.
    pub(crate) fn find() -> Result<Self> {
        let exe = env::current_exe().context("the path of this command is unknown")?;
        if let Some(paths) = of_program(&exe) {
            return Ok(paths);
        }
        let by_cargo = (env::var_os("CARGO_PKG_NAME").as_deref() == Some(OsStr::new("lab")))
            .then(|| env::var_os("CARGO_MANIFEST_DIR"))
            .flatten()
            .and_then(|lab| Some(Path::new(&lab).ancestors().nth(2)?.to_owned()))
            .filter(|root| is_checkout(root));
        let around = |path: &Path| {
            path.ancestors()
                .find(|root| is_checkout(root))
                .map(Path::to_owned)
        };
        let root = by_cargo
            .or_else(|| around(&exe))
            .or_else(|| around(&env::current_dir().ok()?))
            .context(
                "there is no checkout of the async lab here\nhint: run `cargo lab` in the folder that holds `notebooks` and `support`",
            )?;
        Paths::of(&root)
    }

    /// The checkout at `root`.
    pub(crate) fn of(root: &Path) -> Result<Self> {
        let root =
            fs::canonicalize(root).with_context(|| format!("`{}` is gone", root.display()))?;
        let Some(text) = root.to_str() else {
            bail!(
                "the path of the checkout, `{}`, is not UTF-8, which cargo and Jupyter need\nhint: rename that folder",
                root.display()
            );
        };
        if let Some(wrong) = text
            .chars()
            .find(|c| matches!(c, '"' | '\\' | ':') || c.is_control())
        {
            bail!(
                "the path of the checkout, {text:?}, has a {wrong:?}, which the programs behind the lab cannot take\n\
                 hint: rename or move that folder"
            );
        }
        let state = state_of(&root)?;
        Ok(Paths { root, state })
    }

    pub(crate) fn notebooks(&self) -> PathBuf {
        self.root.join("notebooks")
    }

    /// Where a notebook lies among the notebooks.
    pub(crate) fn inside<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(self.notebooks()).unwrap_or(path)
    }

    /// Everything that is prepared, and nothing that somebody wrote: deleting it costs time only.
    pub(crate) fn state(&self) -> PathBuf {
        self.state.clone()
    }

    /// Makes the folder for what is prepared.
    ///
    /// # Errors
    ///
    /// Where it belongs to another account, whose files this one would replace by its own, or cannot be written.
    pub(crate) fn claim(&self) -> Result<()> {
        let state = &self.state;
        fs::create_dir_all(state).map_err(|error| with_own_copy(&error.into()))?;
        let owner = state.metadata()?.uid();
        let user = rustix::process::geteuid().as_raw();
        if owner != user {
            bail!(
                "`{}` belongs to another account (its number is {owner}, yours {user}), whose kernels would break\n\
                 hint: work in a copy of your own, such as one made by `git clone`",
                state.display()
            );
        }
        let root = self.root.to_string_lossy();
        files::write_if_changed(&state.join(CHECKOUT), root.as_bytes())
            .map_err(|error| with_own_copy(&error))
    }

    /// The program that kernels are started by: a copy of this one, which no build of another checkout replaces.
    pub(crate) fn program(&self) -> PathBuf {
        self.state.join("bin/lab")
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

/// The checkout of a program that lies where [`Paths::program`] puts it. The note of another checkout, in a copied folder,
/// does not count.
fn of_program(exe: &Path) -> Option<Paths> {
    let state = exe.parent()?.parent()?;
    let inside = state
        .ends_with("target/lab")
        .then(|| state.ancestors().nth(2))
        .flatten();
    let noted = fs::read_to_string(state.join(CHECKOUT))
        .ok()
        .map(PathBuf::from);
    let roots = [inside.map(Path::to_owned), noted];
    roots
        .into_iter()
        .flatten()
        .filter(|root| is_checkout(root))
        .filter_map(|root| Paths::of(&root).ok())
        .find(|paths| same(&paths.state, state))
}

fn same(one: &Path, other: &Path) -> bool {
    one == other
        || fs::canonicalize(one)
            .is_ok_and(|one| fs::canonicalize(other).is_ok_and(|other| one == other))
}

fn is_checkout(root: &Path) -> bool {
    root.join("support/lab/Cargo.toml").is_file() && root.join("notebooks").is_dir()
}

/// Where what is prepared for a checkout lies.
fn state_of(root: &Path) -> Result<PathBuf> {
    let inside = root.join("target/lab");
    if fits(&inside) {
        return Ok(inside);
    }
    let name = format!("async-lab/{:016x}", files::hash(root));
    caches().map(|folder| folder.join(&name)).find(|folder| fits(folder)).with_context(|| {
        format!(
            "the path of the checkout, `{}`, has a space, and so has that of your folder for caches: evcxr cannot build there\n\
             hint: move the checkout, or set XDG_CACHE_HOME to a folder without a space in its path",
            root.display()
        )
    })
}

/// Whether evcxr can build below a folder.
fn fits(folder: &Path) -> bool {
    !folder.to_string_lossy().contains(' ')
}

/// The folders for caches that there are, the user's own first.
fn caches() -> impl Iterator<Item = PathBuf> {
    let chosen = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let in_home = if cfg!(target_os = "macos") {
        "Library/Caches"
    } else {
        ".cache"
    };
    let home = env::home_dir().map(|home| home.join(in_home));
    chosen.into_iter().chain(home)
}

/// Adds what to do where one may not write.
fn with_own_copy(error: &anyhow::Error) -> anyhow::Error {
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    let denied = matches!(
        kind,
        Some(io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
    );
    let hint = if denied {
        "\nhint: the lab builds inside its checkout; work in a copy that is yours, such as one made by `git clone`"
    } else {
        ""
    };
    anyhow::anyhow!("{error:#}{hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkout(at: &Path) -> PathBuf {
        fs::create_dir_all(at.join("support/lab")).expect("made");
        fs::create_dir_all(at.join("notebooks")).expect("made");
        fs::write(at.join("support/lab/Cargo.toml"), "").expect("written");
        at.canonicalize().expect("it is there")
    }

    #[test]
    fn a_kernels_program_knows_its_checkout_and_a_copied_one_its_own() {
        let scratch = tempfile::tempdir().expect("a folder");
        let (one, two) = (
            checkout(&scratch.path().join("one")),
            checkout(&scratch.path().join("two")),
        );
        for root in [&one, &two] {
            // As a copy of the whole folder has it: the note is that of the first.
            fs::create_dir_all(root.join("target/lab")).expect("made");
            let state = root.join("target/lab");
            fs::write(state.join(CHECKOUT), one.to_string_lossy().as_bytes()).expect("written");
            let found = of_program(&state.join("bin/lab")).expect("found");
            assert_eq!(found.root, *root);
        }
        assert!(of_program(&scratch.path().join("target/debug/lab")).is_none());
    }

    #[test]
    fn a_space_moves_what_is_built_elsewhere_and_a_quote_stops_it() {
        let scratch = tempfile::tempdir().expect("a folder");
        let spaced = Paths::of(&checkout(&scratch.path().join("li fé's"))).expect("it works");
        assert!(fits(&spaced.state()) && !spaced.state().starts_with(&spaced.root));
        let quoted = checkout(&scratch.path().join("a\"b"));
        let said = format!("{:#}", Paths::of(&quoted).expect_err("refused"));
        assert!(said.contains("hint: rename"), "{said}");
    }

    #[test]
    fn a_folder_of_another_account_is_refused() {
        if !rustix::process::geteuid().is_root() {
            return; // only root may give a folder away
        }
        let scratch = tempfile::tempdir().expect("a folder");
        let paths = Paths::of(&checkout(&scratch.path().join("theirs"))).expect("found");
        fs::create_dir_all(paths.state()).expect("made");
        std::os::unix::fs::chown(paths.state(), Some(12345), None).expect("given away");
        let said = format!("{:#}", paths.claim().expect_err("refused"));
        assert!(
            said.contains("another account (its number is 12345"),
            "{said}"
        );
    }
}
