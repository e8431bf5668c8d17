//! Checks leave nothing behind: no thread, no task, no open file, whatever they judged. A process of its own, since others
//! would open files meanwhile.

#![cfg(target_os = "linux")]

use std::fs;
use std::time::{Duration, Instant};
use support::check;

async fn fetch(id: u32) -> String {
    tokio::time::sleep(Duration::from_millis(200)).await;
    format!("data{id}")
}

async fn together(ids: Vec<u32>) -> Vec<String> {
    futures::future::join_all(ids.into_iter().map(fetch)).await
}

async fn asleep(_ids: Vec<u32>) -> Vec<String> {
    std::future::pending().await
}

async fn round_and_round(_ids: Vec<u32>) -> Vec<String> {
    let task = tokio::spawn(async {
        loop {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    });
    task.await.expect("it never ends")
}

/// Threads and open files of this process.
fn held() -> (usize, usize) {
    let count = |what: &str| fs::read_dir(format!("/proc/self/{what}")).map_or(0, Iterator::count);
    (count("task"), count("fd"))
}

#[test]
fn nothing_is_left_of_what_was_judged() {
    let judge = || {
        let codes: Vec<_> = [
            check::first_async_function(fetch, together),
            check::first_async_function(fetch, asleep),
            check::first_async_function(fetch, round_and_round),
        ]
        .iter()
        .flat_map(|report| {
            report
                .findings()
                .iter()
                .map(|finding| finding.code.name())
                .collect::<Vec<_>>()
        })
        .collect();
        assert_eq!(codes, ["never-ends", "never-ends"]);
    };
    // What is made once and kept is made now.
    judge();
    let before = held();
    judge();
    judge();
    // Threads that have nothing more to do take a moment to end.
    let begun = Instant::now();
    let more = || {
        let now = held();
        now.0 > before.0 || now.1 > before.1
    };
    while more() && begun.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(
        !more(),
        "{before:?} threads and files before, {:?} after",
        held()
    );
}
