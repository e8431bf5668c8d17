//! Runs a learner's pipeline between parts that watch it.

use super::super::common::marks;
use super::super::observe::{Ended, live};
use super::{BEFORE, ITEMS, LAST, LIMIT, MIXED, OPEN, Saved, Seen, text};
use crate::files::Scratch;
use crate::pipeline::{Given, Process};
use crate::server::{Fault, Hold, Item, Server, Settings};
use crate::timeline::{Lane, Outcome, Timeline};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs::File;
use std::future::Future;
use std::io::{self, Read, Seek};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

/// What the first run left behind, how the second one ended, and what it looked like.
type Runs = (Seen, Option<Ended<Vec<Saved>>>, Vec<Lane>);

/// Runs the pipeline, and runs it again with items that fail where it came back.
pub(super) fn twice<Run, E>(
    pipeline: &(impl Fn(Given) -> Run + Clone + Send + 'static),
) -> io::Result<Runs>
where
    Run: Future<Output = Vec<Result<u32, E>>>,
    E: Display + 'static,
{
    let start = |server: &Server, paths: &[String], output: &Path, process: Watched| {
        let pipeline = pipeline.clone();
        let timeline = Timeline::new();
        let given = Given {
            client: reqwest::Client::new(),
            urls: paths.iter().map(|path| server.url(path)).collect(),
            process: process.as_process(),
            output: output.to_owned(),
            timeline: timeline.clone(),
        };
        let ended = live(move || async move {
            process.runtime_is_here();
            plainly(pipeline(given).await)
        });
        (ended, timeline)
    };
    let quick = Settings::default().latency(Duration::from_millis(1));

    let scratch = Scratch::new()?;
    let open = scratch.path(format!("output/{OPEN}"))?;
    let output = open.parent().unwrap_or(&open).to_owned();
    std::fs::write(&open, BEFORE)?;
    let mut reader = File::open(&open)?;
    let server = Server::start(quick.clone().gate(LIMIT + 1).hold(Hold {
        path: LAST,
        folder: output.clone(),
        until: 2,
        patience: Duration::from_secs(3),
    }))?;
    let process = Watched::default();
    let paths: Vec<_> = (1..=ITEMS).map(|id| format!("/data/{id}")).collect();
    let (ended, _) = start(&server, &paths, &output, process.clone());
    let mut text = String::new();
    reader.rewind()?;
    reader.read_to_string(&mut text)?;
    let (processed, on_the_runtime) = {
        let processing = process.seen();
        (processing.times.clone(), processing.on_the_runtime)
    };
    let seen = Seen {
        counts: server.counts(),
        gave_up: server.gave_up(),
        processed,
        on_the_runtime,
        files: contents(&output)?,
        reader: text,
        ended,
    };
    if !matches!(seen.ended, Ended::Returned(_)) {
        return Ok((seen, None, requests(&server)));
    }

    let server = Server::start(
        Settings::default()
            .latency(Duration::from_millis(30))
            .fault("/data/3", Fault::Flaky(2))
            .fault("/data/4", Fault::Busy(1))
            .fault("/data/5", Fault::Malformed),
    )?;
    let other = Scratch::new()?;
    let output = other.path("output/made")?.with_file_name("");
    let (mixed, timeline) = start(
        &server,
        &MIXED.map(str::to_owned),
        &output,
        Watched::default(),
    );
    let lanes = match timeline.lanes() {
        lanes if !lanes.is_empty() => lanes,
        _ => requests(&server),
    };
    Ok((seen, Some(mixed), lanes))
}

fn plainly<E: Display>(results: Vec<Result<u32, E>>) -> Vec<Saved> {
    let plain = |result: Result<u32, E>| result.map_err(|error| error.to_string());
    results.into_iter().map(plain).collect()
}

fn contents(folder: &Path) -> io::Result<BTreeMap<String, String>> {
    std::fs::read_dir(folder)?
        .map(|entry| {
            let entry = entry?;
            let content = std::fs::read(entry.path())?;
            let name = entry.file_name().to_string_lossy().into_owned();
            Ok((name, String::from_utf8_lossy(&content).into_owned()))
        })
        .collect()
}

/// The requests as lanes, where the learner's pipeline recorded nothing itself.
fn requests(server: &Server) -> Vec<Lane> {
    let log = server.log();
    let origin = log.first().map_or(Duration::ZERO, |request| request.start);
    log.into_iter()
        .map(|request| {
            let moments = [Some(request.start), request.end];
            let moments = moments.into_iter().flatten().map(|at| at - origin);
            marks(request.path, moments, Outcome::Finished)
        })
        .collect()
}

/// Processing that notes what is done with it.
#[derive(Debug, Clone, Default)]
struct Watched {
    seen: Arc<Mutex<Processing>>,
}

#[derive(Debug, Default)]
struct Processing {
    runtime: Option<ThreadId>,
    on_the_runtime: bool,
    times: BTreeMap<u32, usize>,
}

impl Watched {
    fn seen(&self) -> std::sync::MutexGuard<'_, Processing> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn runtime_is_here(&self) {
        self.seen().runtime = Some(thread::current().id());
    }

    fn as_process(&self) -> Process {
        let watched = self.clone();
        Arc::new(move |item: Item| {
            let mut seen = watched.seen();
            seen.on_the_runtime |= seen.runtime == Some(thread::current().id());
            *seen.times.entry(item.id).or_default() += 1;
            text(item.id)
        })
    }
}
