//! Every attempt in `attempts/` against its check: a pass, or exactly the mistake that was made.
//!
//! An attempt is what a learner might write, in the words of a cell; its first line says what the check is to find. The
//! same files run through the real kernel in the tests of the crate `lab`.

#[macro_use]
mod judged;

attempts! {
    mod first_async_function in "1_first_async_function";
    before {
        use std::time::Duration;
        const STEP: Duration = Duration::from_millis(200);
    }
    judge { support::check::first_async_function(fetch, fetch_all) }
    blocks_by_threads
    blocks_in_place
    blocks_in_task
    blocks_on_other_executor
    blocks_on_std_channel
    blocks_on_std_lock
    blocks_own_thread
    blocks_pool
    blocks_pool_in_fetch_all
    blocks_thread
    blocks_thread_in_fetch_all
    busy_wait
    busy_wait_for_a_deadline
    computes
    correct_channel
    correct_fold_of_joins
    correct_join_all
    correct_join_macro
    correct_join_set
    correct_ordered_stream
    correct_poll_by_hand
    correct_shared_map
    correct_spawn
    correct_timeout_around
    correct_timeout_in_tasks
    correct_waits_of_different_length
    counted
    half_written
    limited
    never_ends_full_channel
    never_ends_lock
    never_ends_loop
    never_ends_loop_in_task
    never_ends_permit
    never_ends_receiver
    never_ends_yield
    no_wait
    no_wait_first_tick
    no_wait_sleep_of_nothing
    no_wait_yield
    not_awaited
    not_awaited_in_a_task
    not_awaited_in_fetch_all
    not_called
    not_called_copy
    not_written
    order_lost
    order_of_a_map
    panicked
    runtime_in_runtime
    runtime_in_runtime_by_handle
    sequential
    sequential_lazy_map
    sequential_pairs
    sequential_spawn
    timeout_shorter_than_a_step
    written_out
    wrong_result
}

attempts! {
    mod concurrent_tasks in "2_concurrent_tasks";
    before {
        use futures::future::{BoxFuture, FutureExt, join_all};
        use futures::stream::{self, StreamExt};
        use std::time::Duration;
        use support::server::{self, User};
        use tokio::task::JoinSet;

        type Job = BoxFuture<'static, String>;
        const STEP: Duration = Duration::from_millis(200);

        async fn fetch_user(id: u32) -> User {
            let steps = match id {
                1 => 3,
                2 => 2,
                _ => 1,
            };
            tokio::time::sleep(STEP * steps).await;
            server::user(id)
        }
    }
    judge { support::check::concurrent_tasks(fetch_users, run_all) }
    aborted_after_an_error
    aborted_before_await
    blocks_between
    blocks_by_runtimes
    blocks_inside
    blocks_thread
    correct_block_in_place
    correct_catch_in_channel
    correct_classified_errors
    correct_group_of_its_own
    correct_ids_of_tasks
    correct_join_all
    correct_join_macro_and_streams
    correct_join_set
    correct_spawn_blocking
    detached_and_slept
    first_skipped
    half_written
    handle_dropped
    handles_in_try_join_all
    limited
    never_ends_counting_messages
    never_ends_receiver
    not_spawned
    not_written
    order_lost
    order_of_jobs_lost
    panic_as_success
    panic_sends_nothing
    panic_spreads
    panic_swallowed
    result_ignored
    sequential
    sequential_tasks
    timeout_in_each
    timeout_in_each_aborts
    unwrapped
    users_counted
    users_in_a_map
    users_limited
    users_not_awaited
    users_sorted
    users_written_out
    words_lost
    words_of_literals_only
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
    blocks_thread
    bodies_after_all_answers
    client_from_elsewhere
    client_not_written
    client_of_a_static
    client_of_its_own
    client_per_request
    correct_and_then
    correct_buffered
    correct_channel_into_places
    correct_execute
    correct_five_tries
    correct_half_a_second
    correct_join_all
    correct_join_set
    correct_timeout_around
    errors_dropped
    errors_last
    failures_as_empty_posts
    invented_post
    json_never_read
    limited
    limited_to_ten
    never_ends_full_channel
    no_timeout
    not_written
    one_failure_panics
    one_failure_stops_all
    one_timeout_for_all
    order_lost
    pool_off
    sequential
    status_not_checked
    status_of_5xx_only
    status_printed
    status_read_only
    timeout_of_connecting
    timeout_of_requests_only
    timeout_too_long
    timeout_too_short
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
    blocks_each_query
    blocks_on_close
    caught_around_the_call
    close_in_drop_blocks
    close_not_awaited
    close_spawned
    closed_before_work
    closed_twice
    closed_twice_after_an_error
    correct_catch_unwind
    correct_close_in_every_arm
    correct_combinators
    correct_guard
    correct_poll_by_hand
    correct_select
    correct_timeout_inside
    correct_unordered_into_places
    drop_joins_a_thread
    error_becomes_panic
    error_swallowed
    guard_blocks_after_panic
    guard_blocks_while_panicking
    half_written
    never_ends
    not_closed
    not_closed_after_error
    not_closed_after_panic
    not_written
    panic_in_a_box
    panic_swallowed
    sequential
    users_as_they_come
    users_by_in
    users_close
    users_filtered
    users_from_a_map
    users_in_chunks
    users_lose_errors
    users_skip_missing
    users_unwrap
    work_not_run
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
        const LATENCY: Duration = Duration::from_millis(100);

        async fn save(path: PathBuf, text: String) -> std::io::Result<()> {
            let part = path.with_extension("part");
            tokio::fs::write(&part, text).await?;
            tokio::fs::rename(&part, &path).await
        }
    }
    judge { support::check::data_pipeline(pipeline) }
    batches
    blocks_in_place
    blocks_runtime
    correct_block_in_place
    correct_channels
    correct_five_tries
    correct_join_all
    correct_join_set
    correct_long_pauses
    correct_permit_for_each_try
    correct_request_timeout
    correct_retry_helper
    correct_stages_by_channels
    correct_streams
    correct_three_workers
    correct_tokens_in_a_channel
    correct_two_buffers
    error_in_a_file
    errors_as_files
    failures_as_zero
    ids_by_place
    item_duplicated
    item_lost
    item_never_saved
    never_ends_receiver
    never_ends_recursive_retry
    never_ends_two_permits
    no_pause
    no_retry
    not_written
    one_failure_panics
    one_failure_stops_all
    other_names
    panic_in_a_task
    partial_file
    partial_file_left
    pause_blocks
    pauses_grow_evenly
    permit_dropped_at_once
    process_on_a_joined_thread
    retries_503_only
    retries_any_5xx
    retries_for_ever
    retries_for_ever_without_pause
    retries_what_is_missing
    retry_without_permit
    same_pause
    sequential
    sequential_stages
    unlimited
}
