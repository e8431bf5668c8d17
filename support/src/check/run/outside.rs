//! What Linux tells of a thread that does not answer; elsewhere nothing is known, and it counts as asleep.

use std::time::Duration;

#[cfg(target_os = "linux")]
pub(super) fn this_thread() -> Option<i32> {
    Some(rustix::thread::gettid().as_raw_nonzero().get())
}

#[cfg(not(target_os = "linux"))]
pub(super) fn this_thread() -> Option<i32> {
    None
}

/// How long it has computed, or would have, had the machine not been busy with others: the first two numbers in `schedstat`
/// are the time on a processor and the time of waiting for one, in nanoseconds.
pub(super) fn computed(thread: i32) -> Option<Duration> {
    let text = std::fs::read_to_string(format!("/proc/self/task/{thread}/schedstat")).ok()?;
    let mut numbers = text
        .split(' ')
        .map_while(|number| number.trim().parse().ok());
    Some(Duration::from_nanos(numbers.next()?) + Duration::from_nanos(numbers.next()?))
}

/// A thread that computes for ever gets what nobody else wants.
#[cfg(target_os = "linux")]
pub(super) fn give_way(thread: i32) {
    // Where it cannot be done, the thread keeps its share.
    let _ = rustix::process::setpriority_process(rustix::process::Pid::from_raw(thread), 19);
}

#[cfg(not(target_os = "linux"))]
pub(super) fn give_way(_thread: i32) {}
