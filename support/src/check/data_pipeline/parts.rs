//! The parts of a pipeline, which watch what is done with them.

use super::{LIMIT, Plan};
use crate::check::run::excuse;
use crate::files::Scratch;
use crate::panics;
use crate::pipeline::{Given, Process};
use crate::server::{Hold, Item, Server, Settings, Until};
use crate::timeline::Timeline;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

/// What the open file held before.
pub(super) const BEFORE: &str = "{\"from\": \"the run before\"}";

/// How long processing keeps its thread: whoever waits for it on the runtime's is seen.
const EFFORT: Duration = Duration::from_millis(25);

/// What is made of an item.
pub(super) fn text(id: u32) -> String {
    format!("{{\"id\":{id}}}")
}

/// Where it is saved.
pub(super) fn file(id: u32) -> String {
    format!("result_{id}.json")
}

/// The path of an item.
pub(super) fn path(id: u32) -> String {
    format!("/data/{id}")
}

/// The first item that can be had: its file is there from the run before, and somebody reads it.
pub(super) fn open(plan: &Plan) -> u32 {
    plan.items.first().map_or(0, |(id, _)| *id)
}

/// The item whose answer is held back until another request than the first few has come. Not the first: who keeps results
/// in order may wait for that one.
pub(super) fn second(plan: &Plan) -> u32 {
    plan.items.get(1).map_or(0, |(id, _)| *id)
}

/// Everything that one run is given.
pub(super) struct Parts {
    plan: &'static Plan,
    pub(super) server: Arc<Server>,
    pub(super) process: Watched,
    /// Removed with the folder in it.
    _scratch: Scratch,
    output: PathBuf,
    reader: File,
}

impl Parts {
    pub(super) fn new(plan: &'static Plan) -> io::Result<Self> {
        let scratch = Scratch::new()?;
        let open = scratch.path(format!("output/{}", file(open(plan))))?;
        let output = open.parent().unwrap_or(&open).to_owned();
        std::fs::write(&open, BEFORE)?;
        let reader = File::open(&open)?;
        let mut settings = Settings::default()
            .latency(Duration::from_millis(1))
            .gate(usize::MAX);
        for (id, fault) in plan.items {
            if let Some(fault) = fault {
                settings = settings.fault(path(*id), *fault);
            }
        }
        if let Some((last, _)) = plan.items.last().filter(|_| plan.held) {
            settings = settings
                .hold(Hold {
                    path: path(*last),
                    until: Until::Entries(output.clone(), 2),
                })
                .hold(Hold {
                    path: path(second(plan)),
                    until: Until::Requests(LIMIT + 1),
                });
        }
        Ok(Parts {
            plan,
            server: Arc::new(Server::start(settings)?),
            process: Watched::default(),
            _scratch: scratch,
            output,
            reader,
        })
    }

    pub(super) fn given(&self, timeline: Timeline) -> Given {
        let urls = self
            .plan
            .items
            .iter()
            .map(|(id, _)| self.server.url(&path(*id)));
        Given {
            client: reqwest::Client::new(),
            urls: urls.collect(),
            process: self.process.as_process(),
            output: self.output.clone(),
            timeline,
        }
    }

    /// What is in the folder.
    pub(super) fn files(&self) -> io::Result<BTreeMap<String, String>> {
        std::fs::read_dir(&self.output)?
            .map(|entry| {
                let entry = entry?;
                let content = std::fs::read(entry.path())?;
                let name = entry.file_name().to_string_lossy().into_owned();
                Ok((name, String::from_utf8_lossy(&content).into_owned()))
            })
            .collect()
    }

    /// What somebody reads who has had the file open all the time.
    pub(super) fn reader(&mut self) -> io::Result<String> {
        let mut text = String::new();
        self.reader.rewind()?;
        self.reader.read_to_string(&mut text)?;
        Ok(text)
    }
}

/// What was seen of the processing.
#[derive(Debug, Clone, Default)]
pub(super) struct Processing {
    root: Option<ThreadId>,
    pub(super) on_the_runtime: bool,
    /// It ran in the middle of the task that is the pipeline itself.
    pub(super) in_its_midst: bool,
    pub(super) times: BTreeMap<u32, usize>,
}

/// Processing that notes what is done with it.
#[derive(Debug, Clone, Default)]
pub(super) struct Watched {
    seen: Arc<Mutex<Processing>>,
}

impl Watched {
    fn lock(&self) -> MutexGuard<'_, Processing> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn seen(&self) -> Processing {
        self.lock().clone()
    }

    pub(super) fn root_is_here(&self) {
        self.lock().root = Some(thread::current().id());
    }

    fn as_process(&self) -> Process {
        let watched = self.clone();
        Arc::new(move |item: Item| {
            let free = may_block();
            let at_root = {
                let mut seen = watched.lock();
                *seen.times.entry(item.id).or_default() += 1;
                seen.on_the_runtime |= !free;
                let at_root = seen.root == Some(thread::current().id());
                seen.in_its_midst |= free && at_root;
                at_root
            };
            thread::sleep(EFFORT);
            // In place, and in a task of its own: this thread has been excused from the runtime.
            if free && !at_root {
                excuse();
            }
            text(item.id)
        })
    }
}

/// Whether the thread may be held: Tokio refuses to block where it may not.
fn may_block() -> bool {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => panics::catch(|| runtime.block_on(async {})).is_ok(),
        Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_thread_for_blocking_work_may_block_and_one_of_the_runtime_may_not() {
        assert!(!may_block());
        let elsewhere = tokio::task::spawn_blocking(may_block).await;
        assert!(elsewhere.is_ok_and(|may| may));
        assert!(tokio::task::block_in_place(may_block));
        assert!(thread::spawn(may_block).join().is_ok_and(|may| may));
    }
}
