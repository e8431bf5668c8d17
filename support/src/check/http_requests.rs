//! Exercise 3: HTTP requests.
//!
//! Judged are two functions: `build_client`, which gives every request a time-out, and `fetch_all`, which sends all
//! requests at the same time over the client that it is given, and reports each failure in its place. What counts is what
//! a local service saw; it holds its answers back until it knows how many requests come together.

use super::common::{ending, holds_thread_for_good, marks, not_written};
use super::observe::{Ended, live};
use super::report::{Code, Finding, Report};
use crate::chart;
use crate::server::{self, Counts, Fault, Post, Request, Server, Settings};
use crate::timeline::{Lane, Outcome};
use reqwest::Client;
use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

const EXERCISE: &str = "3_http_requests";

/// How many posts are fetched at the same time.
const POSTS: u32 = 10;

/// The post in an answer whose status says that it failed.
const FAILED: u32 = 2;

/// Paths of which some fail, each in another way. The first and the last are good.
const MIXED: [&str; 6] = [
    "/posts/1",
    "/posts/2?fault=status:500",
    "/posts/3?fault=cut",
    "/posts/4?fault=malformed",
    "/posts/0",
    "/posts/5",
];

/// A result without the types of the learner: the id of the post, or the error in words.
type Fetched = Result<u32, String>;

/// What was seen.
#[derive(Debug, Clone)]
struct Seen {
    client: Ended<()>,
    /// Ten posts, fetched twice over the same client.
    twice: Ended<Vec<Fetched>>,
    /// What the service saw in both rounds.
    counts: Counts,
    mixed: Ended<Vec<Fetched>>,
    /// A request that is never answered, among good ones.
    never: Ended<Vec<Fetched>>,
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
pub fn http_requests<All, E>(
    build_client: impl Fn() -> Client + Clone + Send + 'static,
    fetch_all: impl Fn(Client, Vec<String>) -> All + Clone + Send + 'static,
) -> Report
where
    All: Future<Output = Vec<Result<Post, E>>>,
    E: Display + 'static,
{
    let quick = Settings::default().latency(Duration::from_millis(1));
    // The first answer comes last, so that results in the order of their arrival show.
    let late = Fault::Slow(Duration::from_millis(500));
    let gate = quick.clone().gate(POSTS as usize).fault("/posts/1", late);
    let servers = Server::start(gate).and_then(|gated| Ok((gated, Server::start(quick)?)));
    let (gated, plain) = match servers {
        Ok(servers) => servers,
        Err(error) => {
            return Report::impossible(
                EXERCISE,
                &format!("The local service could not be started: {error}."),
            );
        }
    };
    let client = {
        let build_client = build_client.clone();
        live(move || async move { drop(build_client()) })
    };
    let fetch = move |urls: Vec<String>, rounds: usize| {
        let (build_client, fetch_all) = (build_client.clone(), fetch_all.clone());
        live(move || async move {
            let client = build_client();
            let mut results = Vec::new();
            for _ in 0..rounds {
                results = fetch_all(client.clone(), urls.clone()).await;
            }
            plainly(results)
        })
    };

    let posts = (1..=POSTS).map(|id| gated.url(&format!("/posts/{id}")));
    let twice = fetch(posts.collect(), 2);
    let (counts, log) = (gated.counts(), gated.log());
    let written = !matches!(client, Ended::NotWritten(_)) && !matches!(twice, Ended::NotWritten(_));
    let unless_written = |paths: &[&str]| {
        if written {
            fetch(paths.iter().map(|path| plain.url(path)).collect(), 1)
        } else {
            Ended::Returned(Vec::new())
        }
    };
    let mixed = unless_written(&MIXED);
    let never = unless_written(&["/posts/1", "/posts/2?fault=never", "/posts/3"]);
    let seen = Seen {
        client,
        twice,
        counts,
        mixed,
        never,
    };
    let first_round = &log[..log.len().min(POSTS as usize)];
    let mut figure = chart::lanes(
        "Your requests, as the service saw them",
        &lanes(first_round),
    );
    if server::is_remote() {
        figure = figure.with_note(
            "`LAB_API` names another service, which does not tell what it saw: the check asked the local one.",
        );
    }
    Report::new(EXERCISE, judge(&seen), explanation(&seen), figure)
}

fn plainly<E: Display>(results: Vec<Result<Post, E>>) -> Vec<Fetched> {
    results
        .into_iter()
        .map(|result| {
            result
                .map(|post| post.id)
                .map_err(|error| error.to_string())
        })
        .collect()
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

/// The verdict, from what was seen alone.
fn judge(seen: &Seen) -> Vec<Finding> {
    if let Ended::NotWritten(task) = &seen.client {
        return vec![not_written("build_client", task)];
    }
    if let Ended::NotWritten(task) = &seen.twice {
        return vec![not_written("fetch_all", task)];
    }
    if let Some(finding) = ending("build_client", &seen.client) {
        return vec![finding];
    }
    if let Some(finding) = ending("fetch_all", &seen.twice) {
        return vec![finding];
    }
    let mut findings = together(seen);
    findings.extend(failures(&seen.mixed));
    findings.extend(patience(&seen.never));
    findings
}

/// Connections, overlap and order, with nothing going wrong.
fn together(seen: &Seen) -> Vec<Finding> {
    let Ended::Returned(results) = &seen.twice else {
        return vec![holds_thread_for_good("fetch_all")];
    };
    let mut findings = Vec::new();
    if seen.counts.connections >= seen.counts.requests && seen.counts.requests > 0 {
        findings.push(Finding::new(
            Code::ClientPerRequest,
            format!(
                "{} requests came over {} connections: none was used twice.",
                seen.counts.requests, seen.counts.connections
            ),
            "A `Client` keeps its connections and gives them to the next request; `Client::new()` and `reqwest::get` begin \
             without any. Use the client that `fetch_all` is given; a clone of it shares the connections.",
        ));
    }
    if seen.counts.most_in_flight == 1 {
        findings.push(Finding::new(
            Code::Sequential,
            "There was never more than one request in flight: each waited for the answer to the one before.",
            "Make all futures first, then await them together: `join_all`, or `buffered` where a limit is wanted.",
        ));
    }
    let ids: Vec<_> = results.iter().flatten().copied().collect();
    let wanted: Vec<_> = (1..=POSTS).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    if sorted != wanted {
        findings.push(Finding::new(
            Code::WrongResult,
            format!("Asked for the posts 1 to {POSTS}, `fetch_all` returned {results:?}."),
            "It returns a result for every URL.",
        ));
    } else if ids != wanted {
        findings.push(Finding::new(
            Code::OrderLost,
            format!("All posts are there, in the order in which they arrived: {ids:?}."),
            "`join_all` and `buffered` keep the order; `buffer_unordered` and `JoinSet` do not.",
        ));
    }
    findings
}

/// What became of good URLs among bad ones.
fn failures(mixed: &Ended<Vec<Fetched>>) -> Option<Finding> {
    let stops = |what: String| {
        Some(Finding::new(
            Code::OneFailureStopsAll,
            what,
            "Keep a `Result` for each URL, and no `unwrap`: the caller decides what a failure means.",
        ))
    };
    let results = match mixed {
        Ended::Returned(results) => results,
        Ended::Panicked(words) => {
            return stops(format!(
                "One bad answer among good ones made `fetch_all` panic: `{words}`."
            ));
        }
        Ended::NotWritten(_) | Ended::Never => return None,
    };
    let has = |id: u32| results.contains(&Ok(id));
    if results.len() != MIXED.len() || !has(1) || !has(5) {
        return stops(format!(
            "Of six URLs, of which two are good, `fetch_all` returned {results:?}."
        ));
    }
    has(FAILED).then(|| {
        Finding::new(
            Code::StatusNotChecked,
            "An answer with status 500 was taken for a good post: its body happened to look like one.",
            "`send` succeeds whatever the status is. `error_for_status()?` turns 4xx and 5xx into errors.",
        )
    })
}

/// What became of a request that nobody answers.
fn patience(never: &Ended<Vec<Fetched>>) -> Option<Finding> {
    matches!(never, Ended::Never).then(|| {
        Finding::new(
            Code::NoTimeout,
            "One of three URLs is never answered, and `fetch_all` still waits for it: a client has no time-out by itself.",
            "`Client::builder().timeout(TIMEOUT).build()` gives one to every request of the client.",
        )
    })
}

fn explanation(seen: &Seen) -> String {
    format!(
        "Ten requests, {} of them in flight at the same time; fetched again, they came over the same connections ({}). A bad \
         answer, and one that never came, cost their own place and nothing else. In Python this is one `ClientSession` for all \
         requests, and `gather(*requests, return_exceptions=True)`.",
        seen.counts.most_in_flight, seen.counts
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Seen {
        let mixed = vec![
            Ok(1),
            Err("500".into()),
            Err("cut".into()),
            Err("json".into()),
            Err("404".into()),
            Ok(5),
        ];
        Seen {
            client: Ended::Returned(()),
            twice: Ended::Returned((1..=POSTS).map(Ok).collect()),
            counts: Counts {
                connections: 11,
                requests: 20,
                most_in_flight: 10,
            },
            mixed: Ended::Returned(mixed),
            never: Ended::Returned(vec![Ok(1), Err("time-out".into()), Ok(3)]),
        }
    }

    fn codes(seen: &Seen) -> Vec<&'static str> {
        judge(seen)
            .iter()
            .map(|finding| finding.code.name())
            .collect()
    }

    #[test]
    fn what_is_right_passes() {
        assert!(codes(&good()).is_empty());
    }

    #[test]
    fn connections_tell_whether_a_client_was_shared() {
        let mut seen = good();
        seen.counts.connections = 20;
        assert_eq!(codes(&seen), ["client-per-request"]);
    }

    #[test]
    fn a_status_that_nobody_looked_at_is_found() {
        let mut seen = good();
        let Ended::Returned(results) = &mut seen.mixed else {
            unreachable!("it returned")
        };
        results[1] = Ok(FAILED);
        assert_eq!(codes(&seen), ["status-not-checked"]);
    }

    #[test]
    fn a_wait_without_end_and_a_panic_are_found() {
        let seen = Seen {
            never: Ended::Never,
            mixed: Ended::Panicked("boom".into()),
            ..good()
        };
        assert_eq!(codes(&seen), ["one-failure-stops-all", "no-timeout"]);
    }
}
