//! What lies around the cells, outside of this process.

use super::cells::Surroundings;
use super::ending;
use crate::evcxr::compiler::{self, Cell, Compiled};
use crate::evcxr::crates::REBUILT;
use fs_err as fs;
use std::path::{Path, PathBuf};

/// What lies around the cells.
#[derive(Debug)]
pub(super) struct Folder {
    folder: PathBuf,
    rebuilt: PathBuf,
    alive: PathBuf,
    ended_for_memory: Option<u64>,
}

impl Folder {
    /// The folder of a kernel; `alive` is there as long as it is.
    pub(super) fn new(folder: &Path, alive: PathBuf) -> Self {
        Folder {
            folder: folder.to_owned(),
            rebuilt: folder.join(REBUILT),
            alive,
            ended_for_memory: ending::ended_for_memory(),
        }
    }
}

impl Surroundings for Folder {
    fn is_rebuilt(&self) -> bool {
        self.rebuilt.exists()
    }

    fn take_rebuilt(&mut self) -> bool {
        fs::remove_file(&self.rebuilt).is_ok()
    }

    fn is_gone(&self) -> bool {
        !self.alive.exists()
    }

    fn was_out_of_memory(&mut self) -> bool {
        let before = std::mem::replace(&mut self.ended_for_memory, ending::ended_for_memory());
        self.ended_for_memory > before && before.is_some()
    }

    fn begins(&mut self, cell: Cell) {
        // Without it, evcxr's own words are told.
        if let Err(error) = cell.begin(&self.folder) {
            eprintln!("{error:#}");
        }
    }

    fn compiled(&mut self, succeeded: bool) -> Option<Compiled> {
        Compiled::take(&self.folder, succeeded)
    }

    fn source(&self) -> Option<String> {
        compiler::last_source(&self.folder)
    }
}
