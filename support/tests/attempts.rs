//! Every attempt in `attempts/` against its check: a pass, or exactly the mistake that was made.
//!
//! An attempt is what a learner might write, in the words of a cell; its first line says what the check is to find. The
//! same files run through the real kernel in the tests of the crate `lab`.

use std::time::Duration;
use support::check::{self, Report};

/// The findings of a report as the first line of an attempt writes them.
fn found(report: &Report) -> String {
    if report.passed() {
        return "passed".to_owned();
    }
    let codes: Vec<_> = report
        .findings()
        .iter()
        .map(|finding| finding.code.name())
        .collect();
    codes.join(", ")
}

/// A module for each attempt of an exercise: what its notebook has before the learner's cells, the attempt, the test.
macro_rules! attempts {
    (mod $exercise:ident in $folder:literal; before { $($before:item)* } judge { $judge:expr } $($attempt:ident)*) => {
        #[allow(dead_code, unused_imports, unused_variables, reason = "attempts that do not wait use less of it")]
        mod $exercise {
            $($before)*

            $(
                #[allow(
                    clippy::todo,
                    clippy::let_underscore_future,
                    clippy::manual_async_fn,
                    reason = "the mistakes that attempts are made of, and other ways to be right"
                )]
                mod $attempt {
                    use super::*;

                    include!(concat!("attempts/", $folder, "/", stringify!($attempt), ".rs"));

                    #[test]
                    fn is_judged_rightly() {
                        let text = include_str!(concat!("attempts/", $folder, "/", stringify!($attempt), ".rs"));
                        let expected = text.lines().next().and_then(|line| line.strip_prefix("// expects: "));
                        let report = $judge;
                        assert_eq!(Some(crate::found(&report).as_str()), expected, "{report}");
                    }
                }
            )*

            #[test]
            fn every_attempt_is_in_the_list() {
                let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/attempts/", $folder);
                let mut files: Vec<_> = std::fs::read_dir(folder)
                    .expect("the folder is there")
                    .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()))
                    .collect();
                let mut listed = vec![$(stringify!($attempt).to_owned()),*];
                files.sort();
                listed.sort();
                assert_eq!(files, listed);
            }
        }
    };
}

attempts! {
    mod first_async_function in "1_first_async_function";
    before {
        use std::time::Duration;
        const STEP: Duration = Duration::from_millis(200);
    }
    judge { support::check::first_async_function(fetch, fetch_all) }
    blocks_thread
    blocks_thread_in_fetch_all
    correct_join_all
    correct_join_macro
    correct_join_set
    correct_ordered_stream
    correct_spawn
    half_written
    not_awaited
    not_awaited_in_fetch_all
    not_written
    order_lost
    panicked
    runtime_in_runtime
    runtime_in_runtime_by_handle
    sequential
    sequential_spawn
    wrong_result
}

attempts! {
    mod concurrent_tasks in "2_concurrent_tasks";
    before {
        use futures::future::{BoxFuture, join_all};
        use futures::stream::{self, StreamExt};
        use std::time::Duration;
        use support::server::{self, User};
        use tokio::task::JoinSet;

        type Job = BoxFuture<'static, String>;
        const STEP: Duration = Duration::from_millis(200);

        async fn fetch_user(id: u32) -> User {
            tokio::time::sleep(STEP * 4u32.saturating_sub(id).max(1)).await;
            server::user(id)
        }
    }
    judge { support::check::concurrent_tasks(fetch_users, run_all) }
    blocks_thread
    correct_join_all
    correct_join_macro_and_streams
    correct_join_set
    half_written
    handle_dropped
    not_written
    order_lost
    order_of_jobs_lost
    panic_spreads
    panic_swallowed
    result_ignored
    sequential
    sequential_tasks
}

attempts! {
    mod http_requests in "3_http_requests";
    before {
        use futures::future::join_all;
        use futures::stream::{self, StreamExt};
        use reqwest::Client;
        use std::time::Duration;
        use support::server::Post;
        use tokio::task::JoinSet;

        const TIMEOUT: Duration = Duration::from_secs(2);
    }
    judge { support::check::http_requests(build_client, fetch_all) }
    blocking_client
    client_not_written
    client_per_request
    correct_buffered
    correct_join_all
    correct_join_set
    correct_timeout_around
    not_written
    one_failure_panics
    one_failure_stops_all
    no_timeout
    order_lost
    sequential
    status_not_checked
    status_read_only
}

attempts! {
    mod async_resources in "4_async_resources";
    before {
        use futures::FutureExt;
        use futures::future::{join_all, try_join_all};
        use std::panic::{AssertUnwindSafe, resume_unwind};
        use support::database::{Connection, Database, Error};
        use support::server::User;
    }
    judge { support::check::async_resources!(with_connection, load_users) }
    blocks_on_close
    close_in_drop_blocks
    close_not_awaited
    close_spawned
    closed_twice
    correct_catch_unwind
    correct_guard
    correct_poll_by_hand
    error_becomes_panic
    error_swallowed
    half_written
    not_closed
    not_closed_after_error
    not_closed_after_panic
    not_written
    panic_swallowed
    sequential
    wrong_users
}

attempts! {
    mod data_pipeline in "5_data_pipeline";
    before {
        use futures::future::{join_all, try_join_all};
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
    }
    judge { support::check::data_pipeline(pipeline) }
    blocks_in_place
    blocks_runtime
    correct_channels
    correct_join_all
    correct_join_set
    correct_streams
    item_duplicated
    item_lost
    item_never_saved
    no_retry
    not_written
    one_failure_panics
    one_failure_stops_all
    partial_file
    partial_file_left
    retries_503_only
    sequential
    sequential_stages
    unlimited
}

mod never_comes_back {
    use super::*;

    async fn fetch(id: u32) -> String {
        tokio::time::sleep(Duration::from_millis(200)).await;
        format!("data{id}")
    }

    /// Blocks on a clock that moves only while nobody blocks.
    async fn fetch_all(ids: Vec<u32>) -> Vec<String> {
        futures::executor::block_on(futures::future::join_all(ids.into_iter().map(fetch)))
    }

    #[test]
    fn is_told_instead_of_waited_for() {
        let report = check::first_async_function(fetch, fetch_all);
        assert_eq!(found(&report), "blocks-thread", "{report}");
    }
}
