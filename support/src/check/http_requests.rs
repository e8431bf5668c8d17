//! Exercise 3: HTTP requests.
//!
//! Judged are two functions: `build_client`, which gives every request a time-out, and `fetch_all`, which sends all
//! requests at the same time over the client that it is given, and reports each failure in its place. What counts is what
//! a local service saw; it holds its answers back until it is clear how many requests come together. Time is moved by
//! the check, so that a time-out of two seconds costs none.

mod judge;

use super::ask::FetchPosts;
use super::observe::steadily;
use super::report::Report;
use super::run::{Clock, Ended, Run, Stretch, run};
use super::words::{figure, marks};
use crate::server::{self, Counts, Fault, Post, Request, Server, Settings};
use crate::timeline::{Lane, Outcome};
use futures::future::join_all;
use judge::judge;
use reqwest::Client;
use std::fmt::Display;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

const EXERCISE: &str = "3_http_requests";

/// The posts that are fetched at the same time: neither sorted nor counted, and more than anybody limits himself to.
const POSTS: [u32; 24] = [
    7, 3, 10, 1, 52, 9, 2, 88, 4, 6, 61, 23, 40, 15, 97, 34, 76, 12, 29, 5, 80, 45, 68, 19,
];

/// How long a request is to wait for its answer, as the notebook has it.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Paths of which some fail, each in another way, and the post that is to come of each that does not.
const MIXED: [(&str, Option<u32>); 8] = [
    ("/posts/21", Some(21)),
    ("/posts/2?fault=status:500", None),
    ("/posts/3?fault=cut", None),
    ("/posts/14", Some(14)),
    ("/posts/4?fault=malformed", None),
    ("/posts/0", None),
    ("/posts/5", Some(5)),
    ("/posts/6?fault=status:410", None),
];

/// The posts in the answers whose status says that they failed, and the status.
const FAILED: [(u32, u16); 2] = [(2, 500), (6, 410)];

/// A request that is never answered, among good ones.
const NEVER: [(&str, Option<u32>); 3] = [
    ("/posts/11", Some(11)),
    ("/posts/2?fault=never", None),
    ("/posts/8", Some(8)),
];

/// The name by which the check's own client calls itself, so that its requests are known.
const GIVEN: &str = "the client that was given";

/// A result without the types of the learner: the post, or the error in words.
type Fetched = Result<Post, String>;

/// What was seen.
#[derive(Debug)]
struct Seen {
    /// Six requests of our own over the learner's client, and what the service counted.
    client: Run<()>,
    ours: Counts,
    /// The posts, fetched twice over a client of ours, with the answers of the second round.
    twice: Option<Run<Vec<Fetched>>>,
    /// What the service saw in both rounds.
    counts: Counts,
    log: Vec<Request>,
    mixed: Option<Run<Vec<Fetched>>>,
    never: Option<Run<Vec<Fetched>>>,
    /// A request of our own, over the learner's client, that is never answered.
    alone: Option<Run<()>>,
    /// How long a request for what is never answered was waited for, at most; on a real clock, how long all of them were.
    patience: Duration,
}

/// Judges the learner's `build_client` and `fetch_all`.
///
/// `fetch_all(client, urls)` is to send all requests at the same time over `client` and to return, in the order of `urls`,
/// each post, or the error where it could not be had. `build_client()` is to give up on a request after a while.
///
/// The judge is always a local service: only that one tells what it saw.
///
/// # Examples
///
/// ```
/// use reqwest::Client;
/// use support::check;
/// use support::server::Post;
///
/// async fn fetch_all(client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>> {
///     todo!("fetch {} posts with {client:?}", urls.len())
/// }
///
/// let report = check::http_requests(Client::new, fetch_all);
/// assert_eq!(report.findings()[0].code.name(), "not-written");
/// ```
pub fn http_requests<All: FetchPosts<E>, E>(
    build_client: impl Fn() -> Client + Clone + Send + 'static,
    fetch_all: impl Fn(Client, Vec<String>) -> All + Clone + Send + 'static,
) -> Report
where
    E: Display + 'static,
{
    let seen = match look(&build_client, &fetch_all) {
        Ok(seen) => seen,
        Err(error) => {
            return Report::impossible(
                EXERCISE,
                &format!("The local service could not be started: {error}."),
            );
        }
    };
    let first_round = &seen.log[..seen.log.len().min(POSTS.len())];
    let mut figure = figure("Your requests, as the service saw them", lanes(first_round));
    if server::is_remote() {
        figure = figure.with_note(
            "`LAB_API` names another service, which does not tell what it saw: the check asked the local one.",
        );
    }
    Report::new(EXERCISE, judge(&seen), explanation(&seen), figure).noted()
}

fn look<All: FetchPosts<E>, E: Display + 'static>(
    build_client: &(impl Fn() -> Client + Clone + Send + 'static),
    fetch_all: &(impl Fn(Client, Vec<String>) -> All + Clone + Send + 'static),
) -> io::Result<Seen> {
    let quick = || Settings::default().latency(Duration::from_millis(1));
    let (client, ours) = {
        let (server, build_client) = (Arc::new(Server::start(quick())?), build_client.clone());
        let urls: Vec<_> = (1..=3)
            .map(|id| server.url(&format!("/posts/{id}")))
            .collect();
        let run = run(
            "build_client",
            &Clock::Service(server.clone()),
            move || async move {
                let client = build_client();
                for _round in 0..2 {
                    join_all(urls.iter().map(async |url| {
                        Some(client.get(url).send().await.ok()?.bytes().await.ok()?.len())
                    }))
                    .await;
                }
            },
        );
        (run, server.counts())
    };
    let mut seen = Seen {
        client,
        ours,
        twice: None,
        counts: Counts::default(),
        log: vec![],
        mixed: None,
        never: None,
        alone: None,
        patience: Duration::ZERO,
    };
    if !matches!(seen.client.ended, Ended::Returned(())) {
        return Ok(seen);
    }

    // The first answer comes last, so that results in the order of their arrival show.
    let late = Fault::Slow(Duration::from_millis(100));
    let gated = || {
        let first = format!("/posts/{}", POSTS[0]);
        Server::start(quick().gate(usize::MAX).fault(first, late)).map(Arc::new)
    };
    let twice = |server: &Arc<Server>, clock: &Clock| {
        let (fetch_all, server) = (fetch_all.clone(), server.clone());
        run("fetch_all", clock, move || async move {
            let client = given();
            let mut results = Vec::new();
            for _round in 0..2 {
                let urls = POSTS.iter().map(|id| server.url(&format!("/posts/{id}")));
                results = fetch_all(client.clone(), urls.collect()).await;
            }
            plainly(results)
        })
    };
    let mut server = gated()?;
    let mut first = twice(&server, &Clock::Service(server.clone()));
    let real = first.one_thread;
    let clock = |server: &Arc<Server>| match real {
        false => Clock::Service(server.clone()),
        true => Clock::Real(Some(server.clone())),
    };
    if real {
        server = gated()?;
        first = twice(&server, &clock(&server));
    }
    (seen.counts, seen.log) = (server.counts(), server.log());
    let returned = matches!(first.ended, Ended::Returned(_));
    if returned {
        // A service that could not be started says nothing about blocking.
        let again = |server: Arc<Server>| twice(&server, &clock(&server)).longest;
        steadily(&mut first.longest, || {
            gated().map_or_else(|_| Stretch::default(), again)
        });
    }
    seen.twice = Some(first);
    if !returned {
        return Ok(seen);
    }

    let plain = Arc::new(Server::start(quick())?);
    let once = |paths: &[(&str, Option<u32>)]| {
        let urls: Vec<_> = paths.iter().map(|(path, _)| plain.url(path)).collect();
        let (build_client, fetch_all) = (build_client.clone(), fetch_all.clone());
        run("fetch_all", &clock(&plain), move || async move {
            plainly(fetch_all(build_client(), urls).await)
        })
    };
    seen.mixed = Some(once(&MIXED));
    let never = once(&NEVER);
    seen.patience = if never.real {
        never.waited
    } else {
        given_up(&plain)
    };
    if matches!(never.ended, Ended::Returned(_)) && seen.patience < TIMEOUT * 2 {
        let (build_client, url) = (build_client.clone(), plain.url(NEVER[1].0));
        let clock = Clock::Service(plain.clone());
        seen.alone = Some(run("build_client", &clock, move || async move {
            drop(build_client().get(url).send().await);
        }));
    }
    seen.never = Some(never);
    Ok(seen)
}

/// How long a request that is never answered was waited for, at most. The service takes a moment to see that nobody waits
/// any more.
fn given_up(server: &Server) -> Duration {
    let begun = Instant::now();
    loop {
        let log = server.log();
        let unanswered = || log.iter().filter(|request| request.path == NEVER[1].0);
        if unanswered().all(|request| request.left.is_some()) || begun.elapsed().as_secs() > 1 {
            return unanswered()
                .map(|request| request.waited)
                .max()
                .unwrap_or_default();
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn given() -> Client {
    Client::builder()
        .user_agent(GIVEN)
        .timeout(TIMEOUT)
        .build()
        .expect("the system has certificates for TLS")
}

fn plainly<E: Display>(results: Vec<Result<Post, E>>) -> Vec<Fetched> {
    let plain = |result: Result<Post, E>| result.map_err(|error| error.to_string());
    results.into_iter().map(plain).collect()
}

/// The log of the service as lanes: a mark where a request came in, and one where its answer went out.
fn lanes(log: &[Request]) -> Vec<Lane> {
    let origin = log.first().map_or(Duration::ZERO, |request| request.start);
    log.iter()
        .map(|request| {
            let end = request.end.map(|end| end - origin);
            let outcome = if end.is_some() {
                Outcome::Finished
            } else {
                Outcome::Dropped
            };
            let moments = [Some(request.start - origin), end];
            marks(
                request.path.as_str(),
                moments.into_iter().flatten(),
                outcome,
            )
        })
        .collect()
}

fn explanation(seen: &Seen) -> String {
    format!(
        "{} requests, all of them in flight at the same time; fetched again, they came over the same connections ({}). A bad \
         answer, and one that never came, cost their own place and nothing else. In Python this is one `ClientSession` for all \
         requests, and `gather(*requests, return_exceptions=True)`.",
        seen.counts.most_in_flight, seen.counts
    )
}
