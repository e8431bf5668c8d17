//! What is seen, and the codes that it must give.

use super::*;
use crate::server::{Counts, Request};

fn results(paths: &[(&str, Option<u32>)]) -> Vec<Fetched> {
    let one = |(path, id): &(&str, Option<u32>)| id.map(server::post).ok_or((*path).to_owned());
    paths.iter().map(one).collect()
}

fn returned(results: Vec<Fetched>, waited: u64) -> Run<Vec<Fetched>> {
    Run {
        waited: Duration::from_millis(waited),
        ..Run::that(Ended::Returned(results))
    }
}

fn good() -> Seen {
    let request = |agent: &str| Request {
        path: "/posts/1".into(),
        start: Duration::ZERO,
        end: None,
        left: None,
        status: Some(200),
        agent: Some(agent.to_owned()),
        moved: Duration::ZERO,
        waited: Duration::ZERO,
    };
    let counts = |requests, connections| Counts {
        connections,
        requests,
        most_in_flight: POSTS.len(),
    };
    let posts = POSTS.iter().map(|id| Ok(server::post(*id)));
    Seen {
        client: Run::that(Ended::Returned(())),
        ours: counts(6, 3),
        twice: Some(returned(posts.collect(), 0)),
        counts: counts(20, 11),
        log: vec![request(GIVEN); 20],
        mixed: Some(returned(results(&MIXED), 0)),
        never: Some(returned(results(&NEVER), 2040)),
        alone: Some(Run::that(Ended::Returned(()))),
        patience: Duration::from_millis(2040),
    }
}

fn codes(change: impl FnOnce(&mut Seen)) -> String {
    let mut seen = good();
    change(&mut seen);
    let codes: Vec<_> = judge(&seen)
        .iter()
        .map(|finding| finding.code.name())
        .collect();
    codes.join(", ")
}

fn mixed(change: impl FnOnce(&mut Vec<Fetched>)) -> String {
    codes(|seen| {
        let mut results = results(&MIXED);
        change(&mut results);
        seen.mixed = Some(returned(results, 0));
    })
}

#[test]
fn what_is_right_passes() {
    assert_eq!(codes(|_| ()), "");
}

#[test]
fn whose_client_it_was_is_told_from_what_it_does_with_connections() {
    let foreign = |seen: &mut Seen| seen.log.iter_mut().for_each(|request| request.agent = None);
    assert_eq!(codes(foreign), "client-not-used");
    let per_request = |seen: &mut Seen| {
        foreign(seen);
        seen.counts.connections = 20;
    };
    assert_eq!(codes(per_request), "client-per-request");
    assert_eq!(
        codes(|seen| seen.ours.connections = 6),
        "client-per-request"
    );
}

#[test]
fn in_a_row_is_told_from_a_few_at_a_time() {
    assert_eq!(codes(|seen| seen.counts.most_in_flight = 1), "sequential");
    assert_eq!(codes(|seen| seen.counts.most_in_flight = 4), "limited");
}

#[test]
fn each_way_to_lose_a_failure_has_a_code() {
    assert_eq!(
        mixed(|results| results[1] = Ok(server::post(2))),
        "status-not-checked"
    );
    assert_eq!(
        mixed(|results| results[7] = Ok(server::post(6))),
        "status-not-checked"
    );
    assert_eq!(
        mixed(|results| results[5] = Ok(server::post(99))),
        "error-swallowed"
    );
    assert_eq!(
        mixed(|results| results.retain(Result::is_ok)),
        "error-swallowed"
    );
    assert_eq!(
        mixed(|results| results.sort_by_key(Result::is_err)),
        "order-lost"
    );
    assert_eq!(
        mixed(|results| results.truncate(2)),
        "one-failure-stops-all"
    );
    let panics = codes(|seen| seen.mixed = Some(Run::that(Ended::Panicked("boom".into()))));
    assert_eq!(panics, "one-failure-stops-all");
}

#[test]
fn a_time_out_is_neither_long_nor_short() {
    let after = |waited: u64| codes(|seen| seen.patience = Duration::from_millis(waited));
    assert_eq!(after(500), "");
    assert_eq!(after(10), "timeout-too-short");
    assert_eq!(after(5000), "no-timeout");
    let never = codes(|seen| seen.never = Some(Run::that(Ended::Never(Never::Asleep))));
    assert_eq!(never, "no-timeout");
    let alone = codes(|seen| seen.alone = Some(Run::that(Ended::Never(Never::Asleep))));
    assert_eq!(alone, "no-timeout");
}

#[test]
fn posts_are_compared_whole() {
    let twice = |change: fn(&mut Vec<Fetched>)| {
        codes(|seen| {
            let mut posts: Vec<_> = POSTS.iter().map(|id| Ok(server::post(*id))).collect();
            change(&mut posts);
            seen.twice = Some(returned(posts, 0));
        })
    };
    assert_eq!(twice(|posts| posts.reverse()), "order-lost");
    assert_eq!(twice(|posts| posts[3] = Err("lost".into())), "wrong-result");
    assert_eq!(twice(|posts| posts.truncate(9)), "wrong-result");
}
