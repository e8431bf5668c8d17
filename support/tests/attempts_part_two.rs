//! The same as `attempts.rs`, for the exercises of part two.

#[macro_use]
mod judged;

attempts! {
    mod future_by_hand in "6_future_by_hand";
    before { include!("attempts/6_future_by_hand_before.rs"); }
    judge { support::future_by_hand!(timer, join, taken_apart, Executor) }
    begins_at_the_call
    blocks_queue_iterated
    blocks_queue_locked
    blocks_queue_with_a_bound
    blocks_thread
    blocks_until_it_is_time
    busy_poll
    busy_poll_apart
    busy_poll_at_its_time
    busy_poll_by_the_reactor
    busy_poll_join
    correct
    correct_apart_by_functions
    correct_condvar
    correct_functions
    correct_future_beside_the_queue
    correct_halves
    correct_ids_in_a_map
    correct_moment_at_the_first_poll
    correct_one_request_for_all_tasks
    correct_only_who_was_woken
    correct_park
    correct_registers_before_it_looks
    done_for_ever
    half_written
    join_mark_after_the_poll
    loses_wakes_mark_after_the_poll
    loses_wakes_nobody_unparks
    loses_wakes_once_only
    never_done
    never_ends_looks_too_early
    never_ends_moment_anew
    never_ends_waits_for_all
    never_woken
    never_woken_by_a_waker_of_its_own
    never_woken_join
    never_woken_second_wait
    no_wait
    no_wait_first_only
    no_wait_half_of_it
    no_wait_second_counts_from_due
    no_wait_whole_milliseconds
    not_called_thread
    not_written
    panicked
    panicked_wake_after_drop
    polled_after_ready
    polled_after_ready_both_at_once
    polled_after_ready_task
    polls_unwoken
    polls_unwoken_all_for_one
    polls_unwoken_in_spawn
    polls_unwoken_main
    queue_emptied_and_lost
    ready_only_when_rung
    runs_after_drop
    runtime_in_runtime
    sequential
    sequential_ready_macro
    spins
    spins_by_short_sleeps
    stale_waker
    stale_waker_join
    starves_one
    starves_while_woken
    work_not_run
    work_not_run_queue_of_ten_thousand
    wrong_result_apart
    wrong_result_asks_for_a_delay
    wrong_result_join
    wrong_result_since_its_own_start
}

attempts! {
    mod shared_state in "7_shared_state";
    before {
        use std::sync::Arc;
        use std::time::Duration;
        use support::bank::{Bank, Order, Refused, RemoteBank, Vault};
        use tokio::sync::{mpsc, oneshot};

        const QUEUE: usize = 8;
    }
    judge { support::check::shared_state(transfer, transfer_remote, open_teller, ask) }
    all_may_not_be_moved
    always_ok
    approved_under_locks
    approved_under_one_lock
    ask_gives_up_when_full
    blocks_by_executor
    blocks_in_sleep
    both_in_join
    busy_wait
    copied_and_written_back
    correct
    correct_boxed
    correct_deltas
    correct_gives_back_in_the_end
    correct_larger_first
    correct_own_lock
    correct_teller_by_select
    correct_teller_shared
    correct_try_lock
    deadlock_even_first
    declined_ignored
    from_first
    guard_across_await
    guard_kept
    half_written
    itself_locked_twice
    lock_given_back_between_changes
    looked_before
    looked_before_approved
    moved_before_approved
    never_ends_own_permit
    no_task
    not_approved
    not_awaited
    not_written
    one_guard_across_yield
    overdrawn
    own_lock_around_all
    own_lock_around_round_trips
    panicked
    queue_of_another_size
    queue_too_long
    remote_from_first
    remote_itself_locked_twice
    remote_lock_given_back_between_writes
    remote_locks_what_is_between
    remote_read_before
    remote_reads_after_the_last_write
    remote_to_itself_declined_ignored
    remote_two_sections
    reply_after_success_only
    reply_expected
    reply_kept
    reply_never_sent
    runtime_in_runtime
    teller_blocks
    teller_gathers_in_a_list
    teller_hands_each_to_a_task
    teller_holds_a_sender
    teller_leaves_when_nobody_is_waiting
    teller_leaves_when_nobody_waits
    teller_not_written
    teller_passes_over_who_has_left
    teller_stops_at_error
    teller_stops_when_its_asker_leaves
    teller_unwraps_reply
    to_itself_not_approved
    two_sections
    unbounded
    wrong_and_not_written
    wrong_result_aborted_with_the_last_teller
    wrong_result_answers_in_batches
    wrong_result_ask_gives_up
    wrong_result_itself_needs_funds
}

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
    blocks_thread
    buffer_in_the_future
    busy_wait
    cancels_the_callers_token
    chunk_in_hand
    correct
    correct_deadlines
    correct_pinned_sleep
    correct_three_futures
    correct_tracker_and_tokens
    correct_until_the_end
    correct_without_tasks
    drained_after_stop_only
    end_not_seen
    end_of_line_kept
    error_as_end
    error_clears_what_was_begun
    error_left_to_the_pattern
    error_printed
    four_places
    future_dropped
    grace_for_each_task
    grace_slept_in_any_case
    grace_too_short
    half_written
    handled_in_the_branch
    handled_twice
    handles_aborted_at_the_end
    input_drained_after_stop
    interval_in_the_loop
    last_line_dropped
    line_in_hand
    lines_first
    never_ends
    no_limit
    no_ticks
    not_written
    one_worker
    own_buffer
    reads_before_it_looks
    reset_is_the_end
    rest_of_a_chunk_dropped
    rest_through_text
    runtime_in_runtime
    service_first
    silence_is_the_end
    sleep_in_the_loop
    stop_looked_at_between_lines
    tasks_by_their_lines
    tasks_dropped
    tasks_of_nobody
    text_of_each_chunk
    text_unwrapped
    ticks_after_a_line_only
    ticks_last
    timeout_of_each_line
    tracker_alone
}

attempts! {
    mod service in "9_service";
    before { include!("attempts/9_service_before.rs"); }
    judge { support::check::service(Lengths::default(), serve, test) }
    accepts_after_stop
    accepts_after_stop_for_ever
    assumes_one_read
    assumes_one_read_of_the_rest
    assumes_one_write
    blocks_thread
    busy_wait
    correct
    correct_actor
    correct_go
    correct_mailbox
    correct_tasks_in_a_tracker
    correct_tests_by_tasks
    drops_detached_tasks
    drops_on_shutdown
    drops_who_breaks_the_rules
    drops_with_the_set
    eof_between_frames
    eof_gives_what_there_is
    eof_in_the_length
    flaky_test_knows_the_count
    flaky_test_order
    flaky_test_short_timeouts
    grace_for_each
    half_close_ignored
    half_close_never_ended
    half_of_the_length_lost
    half_written
    lagged_ends
    lagged_ends_the_rest
    lagged_ignored
    length_of_i32
    missed_told_late
    mutant_survived
    mutant_survived_gap
    mutant_survived_half_close
    never_ends
    never_ends_of_the_test
    no_limit
    no_limit_low_half
    no_limit_of_the_queue
    no_limit_two_queues
    no_timeout
    no_timeout_of_the_drain
    not_written
    one_client_at_a_time
    one_failure_stops_all
    one_loop_that_writes
    panicked
    partial_frame_lost_in_select
    partial_frame_lost_with_its_buffer
    runtime_in_runtime
    slow_client_stops_all
    slow_test_blocks
    slow_test_hangs
    test_does_not_wait_for_reading
    test_not_written
    timeout_around_all
    timeout_too_short
    welcomed_by_the_loop
    wrong_result_error_at_the_end
    wrong_result_grace_is_an_error
    wrong_result_limit_itself
    wrong_result_little_endian
    wrong_result_no_welcome
    wrong_result_of_the_test
    wrong_result_serves_one
    wrong_result_text_in_front
}
