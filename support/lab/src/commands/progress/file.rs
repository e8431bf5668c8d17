//! The file that a learner's work travels in.
//!
//! It is JSON: what is solved, the notebooks without outputs, and for each notebook of the lab what it was before the
//! learner wrote into it. With that, another version of the lab can tell what the learner wrote from what has changed.

use crate::notebook::{Notebook, record::Solved};
use anyhow::{Context, Result, anyhow, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Component, Path};

/// What the file says of itself, without the number of its version.
const FORMAT: &str = "async-lab-work/";

/// The version that is written. The first one had neither `made_from` nor `damaged`.
const VERSION: u32 = 2;

/// The file with the work.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Work {
    format: String,
    /// Exercise to the second, since 1970, in which it was first solved.
    pub(super) solved: Solved,
    /// The notebooks, without outputs, by their place among the notebooks.
    pub(super) notebooks: BTreeMap<String, Value>,
    /// What those of the lab were before the learner wrote into them.
    #[serde(default)]
    pub(super) made_from: BTreeMap<String, Value>,
    /// Files that could not be read as notebooks, as they are.
    #[serde(default)]
    pub(super) damaged: BTreeMap<String, String>,
}

impl Work {
    pub(super) fn new(solved: Solved) -> Self {
        Work {
            format: format!("{FORMAT}{VERSION}"),
            solved,
            notebooks: BTreeMap::new(),
            made_from: BTreeMap::new(),
            damaged: BTreeMap::new(),
        }
    }

    /// The work that a file holds. Whatever is wrong with the file as a whole is said here.
    pub(super) fn parse(bytes: &[u8], file: &Path) -> Result<Self> {
        let shown = file.display();
        let foreign = || {
            anyhow!(
                "`{shown}` is not a file with work from this lab\n\
                 hint: such a file is written by `cargo lab progress --export FILE`"
            )
        };
        if bytes.is_empty() {
            bail!("`{shown}` is empty\nhint: export or upload it once more");
        }
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let json: Value = serde_json::from_slice(bytes).map_err(|error| {
            if error.is_eof() {
                anyhow!("`{shown}` is incomplete\nhint: export or upload it once more")
            } else {
                foreign().context(format!("`{shown}` could not be read: {error}"))
            }
        })?;
        let version = json["format"]
            .as_str()
            .and_then(|format| format.strip_prefix(FORMAT))
            .and_then(|version| version.parse::<u32>().ok())
            .filter(|version| *version > 0)
            .with_context(foreign)?;
        if version > VERSION {
            bail!(
                "`{shown}` was written by a newer version of the lab\nhint: `cargo lab update` brings this one up to date"
            );
        }
        let work: Work = serde_json::from_value(json).map_err(|error| {
            anyhow!("`{shown}` is damaged: {error}\nhint: export or upload it once more")
        })?;
        let mut places = work.notebooks.keys().chain(work.damaged.keys());
        if let Some(place) = places.find(|place| !is_among_notebooks(place)) {
            bail!(
                "`{shown}` holds `{place}`, which is not the path of a notebook; nothing was changed"
            );
        }
        Ok(work)
    }

    /// What a notebook was before the learner wrote into it, if that is known.
    pub(super) fn base(&self, inside: &str) -> Option<Notebook> {
        Notebook::of(self.made_from.get(inside)?.clone()).ok()
    }
}

/// Whether a place is among the notebooks, and not hidden there.
fn is_among_notebooks(place: &str) -> bool {
    let plain = |part: Component| match part {
        Component::Normal(name) => !name.to_string_lossy().starts_with('.'),
        _ => false,
    };
    let tidy = !place.contains(['\0', '\\', '\n']) && !place.contains("//");
    tidy && place.ends_with(".ipynb") && Path::new(place).components().all(plain)
}
