//! How the service behaves: set before it starts.

use super::Fault;
use std::path::PathBuf;
use std::time::Duration;

/// How a service behaves.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use support::server::{Fault, Settings};
///
/// let settings = Settings::default()
///     .latency(Duration::from_millis(50))
///     .fault("/posts/7", Fault::Status(503));
/// ```
#[derive(Debug, Clone)]
pub struct Settings {
    pub(super) latency: Duration,
    pub(super) jitter: Duration,
    pub(super) seed: u64,
    pub(super) limit: Option<usize>,
    pub(super) faults: Vec<(String, Fault)>,
    pub(super) gate: Option<usize>,
    pub(super) holds: Vec<Hold>,
}

impl Default for Settings {
    /// A tenth of a second for every answer, without jitter, limit or faults.
    fn default() -> Self {
        Settings {
            latency: Duration::from_millis(100),
            jitter: Duration::ZERO,
            seed: 0,
            limit: None,
            faults: Vec::new(),
            gate: None,
            holds: vec![],
        }
    }
}

impl Settings {
    /// How long every answer takes at least.
    #[must_use]
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Adds up to `most` to every answer: the same for the same `seed`, path and attempt.
    #[must_use]
    pub fn jitter(mut self, most: Duration, seed: u64) -> Self {
        (self.jitter, self.seed) = (most, seed);
        self
    }

    /// Answers 429 with `Retry-After` to whatever comes while `most` requests are in flight.
    #[must_use]
    pub fn limit(mut self, most: usize) -> Self {
        self.limit = Some(most);
        self
    }

    /// Misbehaves at one path, such as `/posts/7`, without being asked in the URL.
    #[must_use]
    pub fn fault(mut self, path: impl Into<String>, fault: Fault) -> Self {
        self.faults.push((path.into(), fault));
        self
    }

    /// Holds answers back until `together` requests are in flight, or until a check opens that knows that no more will
    /// come for now.
    ///
    /// Whoever asks *how many at the same time?* would depend on the speed of the machine if answers simply came after a
    /// while.
    #[must_use]
    pub fn gate(mut self, together: usize) -> Self {
        self.gate = Some(together);
        self
    }

    #[must_use]
    pub(crate) fn hold(mut self, hold: Hold) -> Self {
        self.holds.push(hold);
        self
    }
}

/// Holds one answer back until something has happened, or until somebody gives it up.
///
/// So a check asks whether anything is saved *before* everything is fetched, and whether the next request comes before all
/// earlier ones are answered, whatever the speed of the machine.
#[derive(Debug, Clone)]
pub(crate) struct Hold {
    pub(crate) path: String,
    pub(crate) until: Until,
}

/// What an answer is held back for.
#[derive(Debug, Clone)]
pub(crate) enum Until {
    /// A folder has so many entries.
    Entries(PathBuf, usize),
    /// So many requests have come.
    Requests(usize),
}

impl Until {
    pub(super) fn is_met(&self, requests: usize) -> bool {
        match self {
            Until::Entries(folder, count) => {
                std::fs::read_dir(folder).map_or(0, Iterator::count) >= *count
            }
            Until::Requests(count) => requests >= *count,
        }
    }
}
