//! What is wrong where some items fail.

use super::super::parts::{file, path, text};
use super::super::{MIXED, Saved, Seen};
use super::{held, unlimited, written};
use crate::check::code::Code;
use crate::check::report::Finding;
use crate::check::run::{Ended, Never};
use crate::check::words::{ending, quote};
use crate::server::Request;
use std::time::Duration;

/// More requests for one thing than these, and no end: then it is the asking that does not end. Longer and longer pauses
/// leave time for a few only.
const FOR_EVER: usize = 6;

/// Items that cannot become better, and why.
const FINAL: [(u32, &str); 4] = [
    (0, "does not exist (404)"),
    (13, "answers 500"),
    (15, "answers 410"),
    (5, "answers 200, with what is no JSON"),
];

/// What became of good items among bad ones.
pub(super) fn failures(seen: &Seen, whole: bool) -> Vec<Finding> {
    let results = match &seen.run.ended {
        Ended::Returned(results) => results,
        Ended::Panicked(words) => {
            return vec![stops(format!(
                "One bad item among good ones made `pipeline` panic: `{}`.",
                quote(words)
            ))];
        }
        Ended::Never(never) => return vec![without_end(seen, *never)],
        ended @ Ended::NotWritten(_) => return Vec::from_iter(ending("pipeline", ended)),
    };
    let mut findings = Vec::from_iter(held(seen));
    findings.extend(whole.then(|| outcome(results)).flatten());
    if findings
        .iter()
        .all(|finding| finding.code != Code::BlocksThread)
    {
        // A thread that is held moves no clock, so its pauses do not show.
        findings.extend(retries(seen));
    }
    findings.extend(unlimited(seen));
    if whole && findings.is_empty() {
        findings.extend(folder(seen));
        findings.extend(written(&MIXED, seen));
    }
    findings
}

fn stops(what: String) -> Finding {
    Finding::new(
        Code::OneFailureStopsAll,
        what,
        "Let each item end in a `Result` of its own, and no `unwrap`: `join_all` waits for all, `try_join_all` and `?` do \
         not.",
    )
}

/// With items that fail, it did not come back.
fn without_end(seen: &Seen, never: Never) -> Finding {
    let most = seen
        .log
        .iter()
        .map(|request| requests(seen, &request.path).count())
        .max();
    match seen
        .log
        .iter()
        .find(|request| Some(requests(seen, &request.path).count()) == most)
    {
        Some(request) if most > Some(FOR_EVER) => Finding::new(
            Code::RetriesForEver,
            format!(
                "`{}` answers {} each time, and `pipeline` asked for it {} times and did not give up.",
                request.path,
                request.status.unwrap_or_default(),
                most.unwrap_or_default()
            ),
            "Count the requests: `for attempt in 0..4 { … }`, and an `Err` after the last.",
        ),
        _ => ending::<()>("pipeline, with items that fail,", &Ended::Never(never))
            .unwrap_or_else(|| stops("`pipeline` did not come back.".to_owned())),
    }
}

/// What was returned and saved of items of which some fail.
fn outcome(results: &[Saved]) -> Option<Finding> {
    let returned = quote(&format!("{results:?}"));
    let saved = |id: u32| results.contains(&Ok(id));
    let retried: Vec<_> = MIXED.retried().filter(|id| !saved(*id)).collect();
    let at_once = MIXED
        .good()
        .filter(|id| !MIXED.retried().any(|other| other == *id));
    let missing: Vec<_> = at_once.filter(|id| !saved(*id)).collect();
    if !missing.is_empty() {
        return Some(stops(format!(
            "Of {} items some fail, and these good ones were not saved: {missing:?}. `pipeline` returned `{returned}`.",
            MIXED.items.len()
        )));
    }
    let taken = |(id, _): &&(u32, u16)| saved(*id);
    if let Some((id, status)) = [(13, 500), (9, 503), (15, 410)].iter().find(taken) {
        return Some(Finding::new(
            Code::StatusNotChecked,
            format!(
                "An answer with status {status} was taken for a good item: its body happened to look like item {id}."
            ),
            "`send` succeeds whatever the status is. `error_for_status()?` turns 4xx and 5xx into errors.",
        ));
    }
    let good = |id: &u32| MIXED.good().any(|good| good == *id);
    if let Some(invented) = results.iter().flatten().find(|id| !good(id)) {
        return Some(Finding::new(
            Code::ErrorSwallowed,
            format!(
                "An item that failed came back as `Ok({invented})`: whoever called `pipeline` takes it for saved. It returned \
                 `{returned}`."
            ),
            "Return the `Err` of each item that could not be saved.",
        ));
    }
    let panicked = |words: &&String| words.contains("panicked");
    if let Some(words) = results
        .iter()
        .filter_map(|result| result.as_ref().err())
        .find(panicked)
    {
        return Some(Finding::new(
            Code::Panicked,
            format!(
                "An item that failed made its task panic: `{}`.",
                quote(words)
            ),
            "A failure is a value: write `?` instead of `unwrap`, so that the `Err` says what happened.",
        ));
    }
    if results.len() < MIXED.items.len() {
        return Some(Finding::new(
            Code::ItemLost,
            format!(
                "Of {} items, {} came to an end. Those that failed are missing in the results: `{returned}`.",
                MIXED.items.len(),
                results.len()
            ),
            "Return an `Err` for each item that could not be saved.",
        ));
    }
    if results.len() > MIXED.items.len() {
        return Some(Finding::new(
            Code::ItemDuplicated,
            format!(
                "{} items gave {} results: `{returned}`.",
                MIXED.items.len(),
                results.len()
            ),
            "One result for each URL.",
        ));
    }
    (!retried.is_empty()).then(|| {
        Finding::new(
            Code::NoRetry,
            format!("Asked again, the service would have given these items: {retried:?}. It had answered 503 once or twice, or 429 once."),
            "503 and 429 are temporary. Wait, twice as long each time, and ask again, a few times at most. Other failures are final.",
        )
    })
}

/// The requests for one path.
fn requests<'s>(seen: &'s Seen, path: &'s str) -> impl Iterator<Item = &'s Request> {
    seen.log.iter().filter(move |request| request.path == path)
}

/// How it asked again, where it did.
fn retries(seen: &Seen) -> Option<Finding> {
    for (id, is) in FINAL {
        let times = requests(seen, &path(id)).count();
        if times > 1 {
            return Some(Finding::new(
                Code::RetriesTooMuch,
                format!(
                    "`{}` {is}, and `pipeline` asked for it {times} times.",
                    path(id)
                ),
                "Only 503 and 429 are temporary. Any other failure is final: return its error at once.",
            ));
        }
    }
    let pauses = pauses(seen, 3);
    let no_backoff = |message: String| {
        Some(Finding::new(
            Code::NoBackoff,
            message,
            "`tokio::time::sleep(pause).await; pause *= 2;` between one request and the next.",
        ))
    };
    let least = Duration::from_millis(if seen.run.real { 5 } else { 1 });
    // On a clock that goes on by itself no pause is exact. On one that only waiting moves the way of an answer still adds
    // some milliseconds, so that short pauses are not compared.
    let is_exact = |first: Duration| !seen.run.real && first >= Duration::from_millis(20);
    match pauses[..] {
        [first, ..] if first < least => no_backoff(
            "`/data/3` answered 503, and was asked again at once, without a pause.".to_owned(),
        ),
        [first, second, ..] if is_exact(first) && second < first.mul_f64(1.3) => {
            no_backoff(format!(
                "`/data/3` answered 503 twice, and the second pause was no longer than the first: {} ms, then {} ms.",
                first.as_millis(),
                second.as_millis()
            ))
        }
        _ => linear(seen).and_then(no_backoff),
    }
}

/// The pauses between the requests for an item.
fn pauses(seen: &Seen, id: u32) -> Vec<Duration> {
    let at: Vec<_> = requests(seen, &path(id))
        .map(|request| moment(seen, request))
        .collect();
    at.windows(2)
        .map(|pair| pair[1].saturating_sub(pair[0]))
        .collect()
}

/// Whether the pauses for what never becomes better grow, each by as much as the one before: 100, 200, 300 ms.
fn linear(seen: &Seen) -> Option<String> {
    let pauses = pauses(seen, 9);
    let [first, second, third, ..] = pauses[..] else {
        return None;
    };
    let (one, other) = (second.checked_sub(first)?, third.checked_sub(second)?);
    // Differences of pauses are less exact than the pauses.
    let exact = !seen.run.real && first >= Duration::from_millis(50);
    let grows = one > first.mul_f64(0.3);
    let evenly = other > one.mul_f64(0.7) && other < one.mul_f64(1.3);
    (exact && grows && evenly).then(|| {
        format!(
            "`/data/9` answers 503 each time, and the pauses grow, but none is twice as long as the one before: about {} ms, \
             {} ms, {} ms.",
            first.as_millis(),
            second.as_millis(),
            third.as_millis()
        )
    })
}

/// When a request came in, on the clock of whoever asked.
fn moment(seen: &Seen, request: &Request) -> Duration {
    if seen.run.real {
        request.start
    } else {
        request.moved
    }
}

/// What lies in the folder after items of which some fail.
fn folder(seen: &Seen) -> Option<Finding> {
    let saved: Vec<_> = MIXED.good().collect();
    let wrong = MIXED
        .items
        .iter()
        .find(|(id, _)| !saved.contains(id) && seen.files.contains_key(&file(*id)));
    if let Some((id, _)) = wrong {
        return Some(Finding::new(
            Code::ErrorSwallowed,
            format!(
                "Item {id} was never fetched, and yet `{}` is there: `{}`.",
                file(*id),
                quote(&seen.files[&file(*id)])
            ),
            "What failed has no file. Whoever reads the folder takes every `result_<id>.json` for a result.",
        ));
    }
    let lost: Vec<_> = saved
        .iter()
        .filter(|id| seen.files.get(&file(**id)) != Some(&text(**id)))
        .collect();
    (!lost.is_empty()).then(|| {
        Finding::new(
            Code::ItemLost,
            format!("These items have a result, but no file that holds what `process` returned: {lost:?}."),
            "Save each item before you return its id.",
        )
    })
}
