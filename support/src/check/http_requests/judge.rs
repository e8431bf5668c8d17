//! The verdict on exercise 3, from what was seen alone.

use super::{FAILED, Fetched, GIVEN, MIXED, NEVER, POSTS, Seen, TIMEOUT};
use crate::check::code::Code;
use crate::check::report::Finding;
use crate::check::run::{Ended, Never, Run};
use crate::check::words::{ending, holds_thread, quote, same_in_another_order};
use crate::server;
use std::time::Duration;

/// A request that was given up sooner was not waited for. The notebook asks for two seconds; who gives up after half a
/// second is impatient, and still waits.
const TOO_SHORT: Duration = Duration::from_millis(400);

pub(super) fn judge(seen: &Seen) -> Vec<Finding> {
    if let Some(finding) = ending("build_client", &seen.client.ended) {
        return vec![finding];
    }
    let Some(twice) = &seen.twice else {
        return Vec::new();
    };
    let held = twice.longest.slept() || twice.busy;
    if let Some(finding) = ending("fetch_all", &twice.ended)
        .or_else(|| held.then(|| holds_thread("fetch_all", twice)).flatten())
    {
        return vec![finding];
    }
    let Ended::Returned(results) = &twice.ended else {
        return Vec::new();
    };
    let mut findings = Vec::from_iter(connections(seen));
    findings.extend(together(seen));
    findings.extend(posts(results));
    // Where even good answers come out wrong, bad ones say nothing more.
    if findings
        .iter()
        .any(|finding| finding.code == Code::WrongResult)
    {
        return findings;
    }
    let failed = seen.mixed.as_ref().and_then(failures);
    let never = seen
        .never
        .as_ref()
        .and_then(|run| patience(run, seen.patience))
        .or_else(|| without_end(seen.alone.as_ref()?));
    for finding in failed.into_iter().chain(never) {
        // What is wrong with good answers is so with bad ones, too, and is told once.
        if findings.iter().all(|other| other.code != finding.code) {
            findings.push(finding);
        }
    }
    findings
}

/// Over which client the requests came, and whether its connections were used again.
fn connections(seen: &Seen) -> Option<Finding> {
    let foreign = seen
        .log
        .iter()
        .filter(|request| request.agent.as_deref() != Some(GIVEN))
        .count();
    let (requests, connections) = (seen.counts.requests, seen.counts.connections);
    if foreign > 0 && connections >= requests {
        return Some(Finding::new(
            Code::ClientPerRequest,
            format!(
                "{requests} requests came over {connections} connections, {foreign} of them not from the client that \
                 `fetch_all` is \
                 given: it makes clients of its own, whose connections are used once."
            ),
            "A `Client` keeps its connections and gives them to the next request; `Client::new()` and `reqwest::get` begin \
             without any. Use the client that `fetch_all` is given; a clone of it shares the connections.",
        ));
    }
    if foreign > 0 {
        return Some(Finding::new(
            Code::ClientNotUsed,
            format!(
                "{foreign} of {requests} requests did not come over the client that `fetch_all` is given."
            ),
            "Look for `Client::new()`, `build_client()`, `reqwest::get` or `reqwest::blocking` inside `fetch_all`: pass \
             `&client`, or a `clone`, on to every request.",
        ));
    }
    (seen.ours.requests > 0 && seen.ours.connections >= seen.ours.requests).then(|| {
        Finding::new(
            Code::ClientPerRequest,
            format!(
                "The client of `build_client` keeps no connection: {} requests, one after the other and together, came over {} \
                 connections.",
                seen.ours.requests, seen.ours.connections
            ),
            "`pool_max_idle_per_host(0)`, an idle time-out of nothing and `Connection: close` throw connections away. Leave \
             them out.",
        )
    })
}

/// How many requests came at the same time.
fn together(seen: &Seen) -> Option<Finding> {
    let all = POSTS.len();
    match seen.counts.most_in_flight {
        0 => None,
        1 => Some(Finding::new(
            Code::Sequential,
            "There was never more than one request in flight: each waited for the answer to the one before.",
            "Make all futures first, then await them together, by `join_all`.",
        )),
        most if most < all => Some(Finding::new(
            Code::Limited,
            format!("Of {all} requests, never more than {most} were in flight at the same time."),
            "This exercise asks for all of them at once. `join_all` does that; `buffered(n)`, chunks and semaphores limit \
             them.",
        )),
        _ => None,
    }
}

/// What came of ten good answers.
fn posts(results: &[Fetched]) -> Option<Finding> {
    let wanted: Vec<_> = POSTS.iter().map(|id| Ok(server::post(*id))).collect();
    if results == wanted {
        return None;
    }
    let ids: Vec<_> = results.iter().flatten().map(|post| post.id).collect();
    if same_in_another_order(results, &wanted) {
        return Some(Finding::new(
            Code::OrderLost,
            format!(
                "All posts are there, but not in the order of `urls`: {ids:?} instead of {POSTS:?}."
            ),
            "`join_all` and `buffered` keep the order; `buffer_unordered`, `JoinSet` and a sort do not.",
        ));
    }
    let place = (0..wanted.len()).find(|place| results.get(*place) != wanted.get(*place));
    let place = place.unwrap_or(wanted.len());
    let got = results.get(place).map_or("nothing".to_owned(), |got| {
        format!("`{}`", quote(&format!("{got:?}")))
    });
    let came = wanted.get(place).map_or("nothing".to_owned(), |post| {
        format!("`{}`", quote(&format!("{post:?}")))
    });
    Some(Finding::new(
        Code::WrongResult,
        format!(
            "All {} answers are good, and `fetch_all` returned {} results; at place {place} it has {got} instead of {came}.",
            POSTS.len(),
            results.len()
        ),
        "A result for every URL: the post that `response.json::<Post>().await` reads from its answer.",
    ))
}

/// Whether all that can be had is there, in its place or elsewhere.
fn all_good(results: &[Fetched], paths: &[(&str, Option<u32>)]) -> bool {
    let good = paths.iter().filter_map(|(_, id)| *id).map(server::post);
    good.into_iter().all(|post| results.contains(&Ok(post)))
}

fn stops(what: String) -> Finding {
    Finding::new(
        Code::OneFailureStopsAll,
        what,
        "Keep a `Result` for each URL, and no `unwrap`: the caller decides what a failure means. `?` and `try_join_all` in \
         `fetch_all` end all of them.",
    )
}

/// What became of good URLs among bad ones.
fn failures(run: &Run<Vec<Fetched>>) -> Option<Finding> {
    let results = match &run.ended {
        Ended::Returned(results) => results,
        Ended::Panicked(words) => {
            return Some(stops(format!(
                "One bad answer among good ones made `fetch_all` panic: `{}`.",
                quote(words)
            )));
        }
        ended @ (Ended::NotWritten(_) | Ended::Never(_)) => return ending("fetch_all", ended),
    };
    let returned = quote(&format!("{results:?}"));
    if !all_good(results, &MIXED) {
        return Some(stops(format!(
            "Of {} URLs, of which three are good, `fetch_all` returned `{returned}`.",
            MIXED.len()
        )));
    }
    let taken = |(id, _): &&(u32, u16)| results.contains(&Ok(server::post(*id)));
    if let Some((_, status)) = FAILED.iter().find(taken) {
        return Some(Finding::new(
            Code::StatusNotChecked,
            format!(
                "An answer with status {status} was taken for a good post: its body happened to look like one."
            ),
            "`send` succeeds whatever the status is. `error_for_status()?` turns 4xx and 5xx into errors.",
        ));
    }
    let good: Vec<_> = MIXED
        .iter()
        .filter_map(|(_, id)| *id)
        .map(|id| Ok(server::post(id)))
        .collect();
    if let Some(invented) = results
        .iter()
        .find(|result| result.is_ok() && !good.contains(result))
    {
        return Some(Finding::new(
            Code::ErrorSwallowed,
            format!(
                "No answer holds this post, and `fetch_all` returned it instead of an error: `{}`.",
                quote(&format!("{invented:?}"))
            ),
            "Where a URL fails, its place holds the `Err`. `unwrap_or_else` and `unwrap_or_default` invent a success.",
        ));
    }
    if results.len() != MIXED.len() {
        return Some(Finding::new(
            Code::ErrorSwallowed,
            format!(
                "Of {} URLs, {} have a result: those that failed are gone. `fetch_all` returned `{returned}`.",
                MIXED.len(),
                results.len()
            ),
            "A result for each URL, errors included. `flatten`, `filter_map` and `if let Ok(…)` lose them.",
        ));
    }
    let right =
        |((_, id), result): (&(&str, Option<u32>), &Fetched)| id.is_some() == result.is_ok();
    let in_place = MIXED.iter().zip(results).all(right);
    (!in_place).then(|| {
        Finding::new(
            Code::OrderLost,
            format!("All results are there, but not in the order of `urls`: `{returned}`."),
            "Keep each error in the place of its URL. `partition` and a sort move it.",
        )
    })
}

/// Whether only the one that is never answered is an error.
fn one_error(results: &[Fetched]) -> bool {
    results.iter().filter(|result| result.is_err()).count() == 1
}

/// Whether the client by itself waits for ever.
fn without_end(alone: &Run<()>) -> Option<Finding> {
    matches!(alone.ended, Ended::Never(_)).then(|| {
        Finding::new(
            Code::NoTimeout,
            "`fetch_all` gives up on a request that is never answered, but the client of `build_client` does not: any other \
             request over it could wait for ever.",
            "`Client::builder().timeout(TIMEOUT).build()` gives a time-out to every request of the client.",
        )
    })
}

/// What became of a request that nobody answers.
fn patience(run: &Run<Vec<Fetched>>, waited: Duration) -> Option<Finding> {
    let no_timeout = |message: String| {
        Some(Finding::new(
            Code::NoTimeout,
            message,
            "`Client::builder().timeout(TIMEOUT).build()` gives a time-out to every request of the client.",
        ))
    };
    let results = match &run.ended {
        Ended::Returned(results) => results,
        Ended::Never(Never::Asleep) => {
            return no_timeout(
                "One of three URLs is never answered, and `fetch_all` waits for it for ever: a client has no time-out unless \
                 you set one."
                    .to_owned(),
            );
        }
        Ended::Panicked(words) => {
            return Some(stops(format!(
                "One answer that never came made `fetch_all` panic: `{}`.",
                quote(words)
            )));
        }
        ended => return ending("fetch_all", ended),
    };
    if waited > TIMEOUT.mul_f64(1.5) {
        return no_timeout(format!(
            "One of three URLs is never answered, and `fetch_all` gave up after {:.1} s; the notebook asks for {:.0} s.",
            waited.as_secs_f64(),
            TIMEOUT.as_secs_f64()
        ));
    }
    let in_place = results.len() == NEVER.len();
    if !all_good(results, &NEVER) && in_place && !one_error(results) {
        return Some(Finding::new(
            Code::OneFailureStopsAll,
            format!(
                "One of three URLs is never answered, and the good ones became errors with it: `{}`.",
                quote(&format!("{results:?}"))
            ),
            "Read each body as soon as its answer is there: while you wait for all answers first, the time-outs of those that came \
             run out. One `async` block for each URL, from `send` to `json`.",
        ));
    }
    if !all_good(results, &NEVER) {
        return Some(stops(format!(
            "One of three URLs is never answered, and the good ones went with it: `fetch_all` returned `{}`.",
            quote(&format!("{results:?}"))
        )));
    }
    (waited < TOO_SHORT).then(|| {
        Finding::new(
            Code::TimeoutTooShort,
            format!(
                "A request was given up after {} ms at the most: many good answers take longer. The notebook asks for {:.0} s.",
                waited.as_millis(),
                TIMEOUT.as_secs_f64()
            ),
            "`timeout(TIMEOUT)`: look at the unit, `from_secs` or `from_millis`.",
        )
    })
}

#[cfg(test)]
mod tests;
