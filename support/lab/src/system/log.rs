//! What the command does and how long it takes, for who looks for a fault: nothing, unless `ASYNC_LAB_LOG` says how much.
//!
//! It goes into one file, `target/lab/log`. Much of it is done by processes that evcxr and Jupyter start, whose standard
//! error is taken for what a compiler or a cell says.

use crate::system::{paths::Paths, variables};
use anyhow::{Context, Result};
use fs_err as fs;
use std::{env, sync::Mutex};
use tracing_subscriber::{
    Layer, filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt,
};

/// Starts the log where the environment asks for one: `debug`, or `lab::kernel=trace,lab::evcxr=debug`.
pub(crate) fn start(paths: &Paths) -> Result<()> {
    let Ok(wanted) = env::var(variables::LOG) else {
        return Ok(());
    };
    let targets: Targets = wanted.parse().with_context(|| {
        let name = variables::LOG;
        format!("`{name}={wanted}` says nothing about a log\nhint: `{name}=debug`, or `{name}=lab::kernel=trace`")
    })?;
    fs::create_dir_all(paths.state())?;
    let mut options = fs::OpenOptions::new();
    let file = options
        .create(true)
        .append(true)
        .open(paths.state().join("log"))?;
    let layer = fmt::layer().with_ansi(false).with_writer(Mutex::new(file));
    let process = env::args().nth(1).unwrap_or_default();
    tracing_subscriber::registry()
        .with(layer.with_filter(targets))
        .init();
    let folder = env::current_dir().unwrap_or_default();
    tracing::debug!(process = std::process::id(), ?folder, "cargo lab {process}");
    Ok(())
}
