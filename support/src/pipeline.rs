//! What a data pipeline is given: where to fetch, what to make of it, where to save.
//!
//! The pipeline itself is the learner's. It gets everything from outside, so that a check can hand it parts that watch
//! what is done with them.

use crate::server::Item;
use crate::timeline::{Lane, Timeline};
use reqwest::Client;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What is made of an item: the text to save. It computes and does not wait, so it holds the thread that calls it.
pub type Process = Arc<dyn Fn(Item) -> String + Send + Sync>;

/// Everything that a pipeline needs. A clone shares its client, its processing and its timeline.
#[derive(Clone)]
pub struct Given {
    /// For all requests.
    pub client: Client,
    /// One for each item, answered with an [`Item`] as JSON.
    pub urls: Vec<String>,
    /// The work between fetching and saving.
    pub process: Process,
    /// The folder for `result_<id>.json`. It is there already.
    pub output: PathBuf,
    /// Records what the pipeline watches; [`stages`] sums it up.
    pub timeline: Timeline,
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Given")
            .field("urls", &self.urls)
            .field("output", &self.output)
            .finish_non_exhaustive()
    }
}

/// What is saved of an item, in this order.
#[derive(Serialize)]
struct Summary {
    id: u32,
    mean: f64,
    max: Option<u32>,
}

/// Processing that keeps a core busy for `effort`, as parsing, compressing or computing would, and then sums the item up.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use support::pipeline;
/// use support::server::Item;
///
/// let process = pipeline::summing(Duration::from_millis(1));
/// let text = process(Item { id: 7, values: vec![1, 2, 6] });
/// assert_eq!(text, r#"{"id":7,"mean":3.0,"max":6}"#);
/// ```
pub fn summing(effort: Duration) -> Process {
    Arc::new(move |item| {
        let started = Instant::now();
        while started.elapsed() < effort {
            std::hint::spin_loop();
        }
        let sum: u32 = item.values.iter().sum();
        let mean = f64::from(sum) / item.values.len().max(1) as f64;
        let summary = Summary {
            id: item.id,
            mean,
            max: item.values.iter().copied().max(),
        };
        serde_json::to_string(&summary).expect("numbers can be written")
    })
}

/// One stage of a pipeline, over all items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// How many items came through it.
    pub items: usize,
    /// When the first item entered it.
    pub start: Duration,
    /// When the last item left it.
    pub end: Duration,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |at: Duration| at.as_secs_f64();
        write!(
            f,
            "{}: {} items in {:.2} s, from {:.2} s to {:.2} s",
            self.name,
            self.items,
            seconds(self.end.saturating_sub(self.start)),
            seconds(self.start),
            seconds(self.end)
        )
    }
}

/// The stages of a recording whose lanes are named `item · stage`, in the order in which they began.
///
/// # Examples
///
/// ```
/// use support::Timeline;
/// use support::pipeline;
///
/// let timeline = Timeline::new();
/// timeline.run("item 1 · process", || ());
/// timeline.run("item 2 · process", || ());
/// assert_eq!(pipeline::stages(&timeline.lanes())[0].items, 2);
/// ```
pub fn stages(lanes: &[Lane]) -> Vec<Stage> {
    let mut stages: BTreeMap<&str, Stage> = BTreeMap::new();
    for lane in lanes {
        let Some((_item, name)) = lane.name.split_once(" · ") else {
            continue;
        };
        let stage = stages.entry(name).or_insert_with(|| Stage {
            name: name.to_owned(),
            items: 0,
            start: lane.start(),
            end: lane.end,
        });
        stage.items += 1;
        stage.start = stage.start.min(lane.start());
        stage.end = stage.end.max(lane.end);
    }
    let mut stages: Vec<_> = stages.into_values().collect();
    stages.sort_by_key(|stage| stage.start);
    stages
}
