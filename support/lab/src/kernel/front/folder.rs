//! What lies around the cells, outside of this process.

use super::cells::Surroundings;
use super::ending;
use crate::evcxr::crates::REBUILT;
use fs_err as fs;
use std::path::{Path, PathBuf};

/// What lies around the cells.
#[derive(Debug)]
pub(super) struct Folder {
    rebuilt: PathBuf,
    alive: PathBuf,
    ended_for_memory: Option<u64>,
}

impl Folder {
    /// The folder of a kernel; `alive` is there as long as it is.
    pub(super) fn new(folder: &Path, alive: PathBuf) -> Self {
        Folder {
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
}
