//! Prepares what is missing, and registers the kernel where others look for it.

use crate::jupyter::{
    kernelspec::{self, Place},
    packages,
};
use crate::notebook::course::Course;
use crate::prepare;
use crate::system::paths::Paths;
use anyhow::{Result, bail};
use clap::Args;

/// Options of `cargo lab setup`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Register the kernel in the active Python environment too, so that a JupyterLab that somebody else starts finds
    /// it. Binder does that.
    #[arg(long)]
    sys_prefix: bool,
    /// Register the kernel in your own folder of kernels too, where VS Code and every Jupyter of yours find it.
    #[arg(long)]
    user: bool,
    /// Remove such a registration.
    #[arg(long)]
    undo: bool,
}

/// Prepares, registers, or takes a registration back.
pub(crate) fn run(paths: &Paths, options: &Options) -> Result<()> {
    let chosen = [
        (options.sys_prefix, Place::Environment),
        (options.user, Place::User),
    ];
    let chosen = chosen.into_iter().filter(|(chosen, _)| *chosen);
    let places: Vec<Place> = chosen.map(|(_, place)| place).collect();
    if options.undo {
        if places.is_empty() {
            bail!(
                "`--undo` removes what `--user` or `--sys-prefix` registered\nhint: give one of them as well"
            );
        }
        let python = packages::ensure(paths)?;
        let mut places = places.into_iter();
        return places.try_for_each(|place| kernelspec::undo(paths, &python, place));
    }
    // Before the learner writes into them, it is noted what the notebooks are.
    Course::of(paths)?;
    let tools = prepare::everything(paths)?;
    for place in places {
        kernelspec::elsewhere(paths, &tools.python, &tools.context.environment, place)?;
    }
    Ok(())
}
