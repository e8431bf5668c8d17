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

/// A thread, for whoever watches it from another.
#[derive(Debug, Clone, Copy)]
pub(in crate::check) struct Thread(Option<i32>);

impl Thread {
    /// The one that this runs on.
    pub(in crate::check) fn this() -> Self {
        Thread(this_thread())
    }

    /// How long it has computed, where the system tells.
    pub(in crate::check) fn computed(self) -> Option<Duration> {
        self.0.and_then(computed)
    }

    /// Whether it sleeps: not while it only waits for a processor. Where the system does not tell, it counts as asleep.
    pub(in crate::check) fn sleeps(self) -> bool {
        let state = self.0.and_then(|thread| {
            let text = std::fs::read_to_string(format!("/proc/self/task/{thread}/stat")).ok()?;
            // The name before it, in parentheses, may have any letters.
            text.rsplit_once(") ")?.1.chars().next()
        });
        state.is_none_or(|state| state == 'S')
    }

    /// From now on it gets what nobody else wants.
    pub(in crate::check) fn gives_way(self) {
        if let Some(thread) = self.0 {
            give_way(thread);
        }
    }
}
