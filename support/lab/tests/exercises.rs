//! Attempts at the exercises, judged in the real kernel: what a learner's notebook says is what the tests of `support` say.

mod common;

use common::{code, dependencies, root, run};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

/// The verdict as the first line of an attempt writes it.
fn written(verdict: &Value) -> String {
    if verdict["passed"] == true {
        return "passed".to_owned();
    }
    let findings = verdict["findings"].as_array().into_iter().flatten();
    let codes: Vec<_> = findings
        .filter_map(|finding| finding["code"].as_str())
        .collect();
    codes.join(", ")
}

/// A cell that names the dependencies and has what stands before the learner's cells in a notebook.
fn before(source: &str) -> Value {
    code(format!("{}\nuse support::*;\n{source}", dependencies()))
}

/// Which attempts are judged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    /// One for each verdict, which takes a third of the time. The tests of `support` judge all of them.
    OneOfEachVerdict,
    All,
}

/// Tests of the attempts at an exercise: its name, the folder of its attempts, what stands before a learner's cells, and the
/// cell that checks.
macro_rules! attempts_at {
    ($exercise:ident, $folder:expr, $before:expr, $check:expr $(,)?) => {
        mod $exercise {
            use super::{Which, are_judged_as_outside};

            #[test]
            fn one_attempt_of_each_verdict() {
                are_judged_as_outside(Which::OneOfEachVerdict, $folder, $before, $check);
            }

            #[test]
            #[ignore = "some 50 cells: `cargo test -p lab --test exercises -- --ignored` runs it"]
            fn all_attempts() {
                are_judged_as_outside(Which::All, $folder, $before, $check);
            }
        }
    };
}

/// One notebook for the attempts at an exercise: a learner, too, writes a function again and runs the check again. What
/// never ends is among them, and the last cell runs as ever. Attempt and check share a cell, which halves what there is to
/// compile.
#[track_caller]
fn are_judged_as_outside(which: Which, exercise: &str, source: &str, check: &str) {
    let folder = root().join("support/tests/attempts").join(exercise);
    let entries = fs::read_dir(folder).expect("the folder is there").flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
    files.sort();
    let mut cells = vec![before(source)];
    let mut expected = Vec::new();
    let mut verdicts = BTreeSet::new();
    for file in &files {
        let attempt = fs::read_to_string(file).expect("the attempt is there");
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let line = attempt.lines().next().unwrap_or_default();
        let verdict = line.replace("// expects: ", "");
        if !verdicts.insert(verdict.clone()) && which == Which::OneOfEachVerdict {
            continue;
        }
        expected.push(format!("{name}: {verdict}"));
        // In a block: what another attempt called by the same name is not in its way.
        cells.push(code(format!("{{\n{attempt}\n{check}\n}}")));
    }
    assert!(verdicts.len() > 1, "{exercise} has attempts");
    cells.push(code("assert_eq!(1 + 1, 2);"));
    let ran = run(&cells, &[]);
    // An attempt that does not compile, or a panic that the verdict should have told, is said first.
    ran.assert_ok();
    let verdicts = ran.line["verdicts"].as_array();
    let verdicts = verdicts.expect("verdicts are listed").iter().map(written);
    let names = expected.iter().filter_map(|line| line.split(':').next());
    let found: Vec<_> = names
        .zip(verdicts)
        .map(|(name, codes)| format!("{name}: {codes}"))
        .collect();
    assert_eq!(found, expected);
}

attempts_at!(
    the_first_exercise,
    "1_first_async_function",
    "use std::time::Duration;
const STEP: Duration = Duration::from_millis(200);",
    "check::first_async_function(fetch, fetch_all)",
);

attempts_at!(
    the_second_exercise,
    "2_concurrent_tasks",
    "use futures::future::{BoxFuture, FutureExt, join_all};
use futures::stream::{self, StreamExt};
use std::time::Duration;
use support::server::User;
use tokio::task::JoinSet;
type Job = BoxFuture<'static, String>;
const STEP: Duration = Duration::from_millis(100);
async fn fetch_user(id: u32) -> User {
    let steps = match id {
        1 => 3,
        2 => 2,
        _ => 1,
    };
    tokio::time::sleep(STEP * steps).await;
    server::user(id)
}",
    "check::concurrent_tasks(fetch_users, run_all)",
);

attempts_at!(
    the_third_exercise,
    "3_http_requests",
    "use futures::future::join_all;
use futures::stream::{self, StreamExt};
use reqwest::Client;
use std::time::Duration;
use support::server::Post;
use tokio::task::JoinSet;
const TIMEOUT: Duration = Duration::from_secs(2);",
    "check::http_requests(build_client, fetch_all)",
);

attempts_at!(
    the_fourth_exercise,
    "4_async_resources",
    "use futures::FutureExt;
use futures::future::{join_all, try_join_all};
use std::panic::{AssertUnwindSafe, resume_unwind};
use support::database::{Connection, Database, Error};
use support::server::User;",
    "check::async_resources!(with_connection, load_users)",
);

attempts_at!(
    the_fifth_exercise,
    "5_data_pipeline",
    "use futures::future::{join_all, try_join_all};
use futures::stream::{self, StreamExt};
use reqwest::{Client, StatusCode};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use support::pipeline::Given;
use support::server::Item;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinSet, spawn_blocking};
type Failed = Box<dyn std::error::Error + Send + Sync>;
const LIMIT: usize = 3;
const LATENCY: Duration = Duration::from_millis(100);
async fn save(path: PathBuf, text: String) -> std::io::Result<()> {
    let part = path.with_extension(\"part\");
    tokio::fs::write(&part, text).await?;
    tokio::fs::rename(&part, &path).await
}",
    "check::data_pipeline(pipeline)",
);

attempts_at!(
    the_sixth_exercise,
    "6_future_by_hand",
    include_str!("../../tests/attempts/6_future_by_hand_before.rs"),
    "check::future_by_hand!(timer, join, taken_apart, Executor)",
);

attempts_at!(
    the_seventh_exercise,
    "7_shared_state",
    "use std::sync::Arc;
use std::time::Duration;
use support::bank::{Bank, Order, Refused, RemoteBank, Vault};
use tokio::sync::{mpsc, oneshot};
const QUEUE: usize = 8;",
    "check::shared_state(transfer, transfer_remote, open_teller, ask)",
);

attempts_at!(
    the_eighth_exercise,
    "8_select_and_cancellation",
    "use futures::stream::{FuturesUnordered, StreamExt};
use std::io;
use std::time::Duration;
use support::desk::{Desk, GRACE, Input, TICK};
use support::tokio_util::sync::CancellationToken;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep, timeout};",
    "check::select_and_cancellation!(next_line, serve)",
);

attempts_at!(
    the_ninth_exercise,
    "9_service",
    include_str!("../../tests/attempts/9_service_before.rs"),
    "check::service(Lengths::default(), serve, test)",
);

/// Not a verdict, since it does not compile; so the compiler has to say it.
#[test]
fn a_function_that_is_not_async_is_named_with_the_cure() {
    let cells = [
        before("fn fetch(id: u32) -> String { format!(\"data{id}\") }"),
        code(
            "async fn fetch_all(ids: Vec<u32>) -> Vec<String> { ids.into_iter().map(fetch).collect() }",
        ),
        code("check::first_async_function(fetch, fetch_all)"),
    ];
    let failed = run(&cells, &[]).failed();
    let [(2, cause, message)] = &failed[..] else {
        panic!("{failed:?}");
    };
    assert_eq!(cause, "compile-error");
    for words in [
        "`fetch` does not return a future",
        "it must be `async fn fetch(id: u32) -> String`",
    ] {
        assert!(message.contains(words), "{message}");
    }
}
