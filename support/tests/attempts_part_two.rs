//! The same as `attempts.rs`, for the exercises of part two.

#[macro_use]
mod judged;

attempts! {
    mod select_and_cancellation in "8_select_and_cancellation";
    before {
        use futures::stream::{FuturesUnordered, StreamExt};
        use std::io;
        use std::time::Duration;
        use support::desk::{Desk, GRACE, Input, TICK};
        use support::tokio_util::sync::CancellationToken;
        use tokio::task::JoinSet;
        use tokio::time::{interval, sleep, timeout};
    }
    judge { support::select_and_cancellation!(next_line, serve) }
    blocks_thread buffer_in_the_future busy_wait chunk_in_hand correct correct_deadlines correct_pinned_sleep
    correct_three_futures correct_tracker_and_tokens correct_until_the_end correct_without_tasks
    drained_after_stop_only end_not_seen end_of_line_kept error_as_end error_left_to_the_pattern error_printed
    future_dropped grace_too_short half_written handled_in_the_branch handled_twice handles_aborted_at_the_end
    input_drained_after_stop interval_in_the_loop last_line_dropped line_in_hand lines_first never_ends no_limit
    no_ticks not_written one_worker own_buffer rest_of_a_chunk_dropped runtime_in_runtime service_first
    sleep_in_the_loop stop_looked_at_between_lines tasks_dropped tasks_of_nobody text_of_each_chunk text_unwrapped
    ticks_last timeout_of_each_line tracker_alone
}
