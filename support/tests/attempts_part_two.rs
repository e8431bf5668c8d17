//! The same as `attempts.rs`, for the exercises of part two.

#[macro_use]
mod judged;

attempts! {
    mod service in "9_service";
    before { include!("attempts/9_service_before.rs"); }
    judge { support::check::service(Lengths::default(), serve, test) }
    assumes_one_read assumes_one_read_of_the_rest assumes_one_write blocks_thread busy_wait correct
    correct_one_loop_and_a_codec_that_keeps correct_queues correct_tasks_in_a_tracker correct_tests_by_tasks
    drops_detached_tasks drops_on_shutdown drops_with_the_set eof_between_frames eof_gives_what_there_is
    eof_in_the_length flaky_test_order flaky_test_short_timeouts half_close_ignored half_close_never_ended
    half_written lagged_ends lagged_ignored mutant_survived mutant_survived_gap mutant_survived_half_close
    never_ends never_ends_clients_go_on never_ends_of_the_test no_limit no_limit_of_the_queue no_timeout
    no_timeout_of_the_drain not_written one_client_at_a_time one_failure_stops_all panicked
    partial_frame_lost_in_select partial_frame_lost_with_its_buffer runtime_in_runtime slow_client_stops_all
    slow_test_blocks slow_test_hangs test_not_written timeout_around_all timeout_too_short
    wrong_result_error_at_the_end wrong_result_limit_itself wrong_result_little_endian wrong_result_no_welcome
    wrong_result_of_the_test wrong_result_serves_one wrong_result_text_in_front
}
