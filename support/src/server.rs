//! A local HTTP service, so that notebooks need no network.
//!
//! It has posts, users and data items as JSON, takes a moment for every answer, misbehaves on request, and counts what it
//! saw: connections, requests, and how many were in flight at the same time. Checks judge by those counts, not by the
//! clock.
//!
//! The service runs on a thread and a runtime of its own: code that blocks the learner's runtime does not stop it. It
//! ends when its handle is dropped. `LAB_API` puts a real service in its place (see [`api`]).

mod content;
mod fault;
mod handler;
mod pulse;
mod settings;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::{Notify, oneshot};

pub(crate) use content::post;
pub use content::{Item, Post, User, user};
pub use fault::{BadFault, Fault};
pub(crate) use pulse::Pulse;
pub use settings::Settings;
pub(crate) use settings::{Hold, Until};

/// What a service has seen so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Connections that it accepted.
    pub connections: usize,
    /// Requests that it began to answer.
    pub requests: usize,
    /// The most requests that were in flight at the same time.
    pub most_in_flight: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} requests over {} connections, at most {} at the same time",
            self.requests, self.connections, self.most_in_flight
        )
    }
}

/// One request as the service saw it. Times are from the start of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Path and query, such as `/posts/1`.
    pub path: String,
    /// When it came in.
    pub start: Duration,
    /// When its answer began; nothing while it is in flight, or where the client gave up.
    pub end: Option<Duration>,
    /// When the client gave up; nothing where it did not.
    pub left: Option<Duration>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// The client's name for itself, its `User-Agent`.
    pub agent: Option<String>,
    /// How far a check had moved the client's clock when it came in.
    pub(crate) moved: Duration,
    /// How far it moved it until the answer, or until the client gave up.
    pub(crate) waited: Duration,
}

#[derive(Debug)]
struct Shared {
    settings: Settings,
    started: Instant,
    seen: Mutex<Seen>,
    /// Somebody outside asks whether the runtime of the service turns.
    asked: Notify,
    /// What was gathered at the gate may pass.
    opened: Notify,
}

#[derive(Debug, Default)]
struct Seen {
    counts: Counts,
    in_flight: usize,
    /// The paths whose answers are held back now, and those for which it was given up.
    held: Vec<String>,
    gave_up: Vec<String>,
    log: Vec<Request>,
    pulse: Pulse,
    moved: Duration,
}

impl Shared {
    /// A std mutex: it is held for a few instructions and never across an await.
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running service. Dropping it ends the service and everything it was about to answer.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use support::server::{Post, Server, Settings};
///
/// let server = Server::start(Settings::default())?;
/// let post: Post = reqwest::get(server.url("/posts/1")).await?.json().await?;
/// assert_eq!(post.id, 1);
/// assert_eq!(server.counts().requests, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a service on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// Where the operating system has no port, file handle or thread left.
    pub fn start(settings: Settings) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let shared = Arc::new(Shared {
            settings,
            started: Instant::now(),
            seen: Mutex::default(),
            asked: Notify::new(),
            opened: Notify::new(),
        });
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("lab-server".to_owned())
            .spawn({
                let shared = shared.clone();
                move || {
                    runtime.block_on(async {
                        tokio::select! {
                            result = handler::serve(listener, shared.clone()) => drop(result),
                            () = pulse::answer(&shared) => {}
                            _ = stopped => {}
                        }
                    });
                    // Dropping the runtime drops the connections, those that would never be answered included.
                    drop(runtime);
                }
            })?;
        Ok(Server {
            address,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The URL of a path, such as `/posts/1`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{}", self.address, path.trim_start_matches('/'))
    }

    /// What it has seen so far.
    pub fn counts(&self) -> Counts {
        self.shared.seen().counts
    }

    /// Whether the answer for this path, which was held back, went out because waiting for its condition had no end.
    pub(crate) fn gave_up(&self, path: &str) -> bool {
        self.shared.seen().gave_up.iter().any(|other| other == path)
    }

    /// Every request so far, in the order of arrival.
    pub fn log(&self) -> Vec<Request> {
        self.shared.seen().log.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // Its only panic would be one of ours, and was reported when it happened.
            let _ = thread.join();
        }
    }
}

/// The service that a notebook talks to: the local one, or the one that `LAB_API` names.
#[derive(Debug)]
pub struct Api {
    base: String,
    local: Option<Server>,
}

/// Starts a local service with these settings, unless `LAB_API` names one, such as `https://jsonplaceholder.typicode.com`.
///
/// # Errors
///
/// Where the local service cannot be started, or `LAB_API` is not an `http` or `https` address.
pub fn api(settings: Settings) -> io::Result<Api> {
    match remote() {
        Some(base) => Api::remote(&base),
        None => {
            let server = Server::start(settings)?;
            Ok(Api {
                base: server.url(""),
                local: Some(server),
            })
        }
    }
}

/// The address in `LAB_API`, if there is one.
fn remote() -> Option<String> {
    std::env::var("LAB_API")
        .ok()
        .filter(|base| !base.is_empty())
}

/// Whether `LAB_API` puts another service in the place of the local one.
pub(crate) fn is_remote() -> bool {
    remote().is_some()
}

impl Api {
    fn remote(base: &str) -> io::Result<Self> {
        let parsed = reqwest::Url::parse(base)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"));
        match parsed {
            Some(url) => Ok(Api {
                base: url.to_string(),
                local: None,
            }),
            None => Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!(
                    "LAB_API is `{base}`, which is not an address; set it to one like `https://example.org`, or unset it"
                ),
            )),
        }
    }

    /// The URL of a path, such as `/posts/1`.
    pub fn url(&self, path: &str) -> String {
        format!(
            "{}/{}",
            self.base.trim_end_matches('/'),
            path.trim_start_matches('/')
        )
    }

    /// What the service has seen so far; unknown where it is not ours.
    pub fn counts(&self) -> Option<Counts> {
        self.local.as_ref().map(Server::counts)
    }

    /// What the service has seen so far, in words.
    pub fn summary(&self) -> String {
        match self.counts() {
            Some(counts) => counts.to_string(),
            None => format!(
                "unknown: {} does not tell what it saw; unset LAB_API to use the local service",
                self.base
            ),
        }
    }

    /// Every request so far; unknown where the service is not ours.
    pub fn log(&self) -> Option<Vec<Request>> {
        self.local.as_ref().map(Server::log)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_real_service_is_taken_as_it_is() {
        let api = Api::remote("https://example.org/v1/").expect("an address");
        assert_eq!(api.url("/posts/1"), "https://example.org/v1/posts/1");
        assert_eq!(api.counts(), None);
        assert!(api.summary().starts_with("unknown"), "{}", api.summary());
    }

    #[test]
    fn what_is_not_an_address_is_named() {
        let error = Api::remote("example").expect_err("no address");
        assert!(
            error.to_string().contains("LAB_API is `example`"),
            "{error}"
        );
    }
}
