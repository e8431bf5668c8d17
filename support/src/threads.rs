//! What Linux tells of a thread from outside; elsewhere nothing is known, and one that does not answer counts as asleep.

use std::time::Duration;

/// What a thread does at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    /// It waits for something, and does not ask for a processor.
    pub(crate) asleep: bool,
    /// How often it has begun to wait in its life.
    pub(crate) waits: u64,
    /// How long it has been on a processor in its life.
    pub(crate) ran: Duration,
}

/// Looks at a thread of this process.
pub(crate) fn look(thread: i32) -> Option<Look> {
    let read = |file| std::fs::read_to_string(format!("/proc/self/task/{thread}/{file}")).ok();
    let status = read("status")?;
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.map(str::trim)
    };
    let ran = read("schedstat")?.split(' ').next()?.parse().ok()?;
    Some(Look {
        asleep: of("State:")?.starts_with('S'),
        waits: of("voluntary_ctxt_switches:")?.parse().ok()?,
        ran: Duration::from_nanos(ran),
    })
}

#[cfg(target_os = "linux")]
pub(crate) fn this_thread() -> Option<i32> {
    Some(rustix::thread::gettid().as_raw_nonzero().get())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn this_thread() -> Option<i32> {
    None
}

/// How long it has computed, or would have, had the machine not been busy with others: the first two numbers in `schedstat`
/// are the time on a processor and the time of waiting for one, in nanoseconds.
pub(crate) fn computed(thread: i32) -> Option<Duration> {
    let text = std::fs::read_to_string(format!("/proc/self/task/{thread}/schedstat")).ok()?;
    let mut numbers = text
        .split(' ')
        .map_while(|number| number.trim().parse().ok());
    Some(Duration::from_nanos(numbers.next()?) + Duration::from_nanos(numbers.next()?))
}

/// A thread that computes for ever gets what nobody else wants.
#[cfg(target_os = "linux")]
pub(crate) fn give_way(thread: i32) {
    // Where it cannot be done, the thread keeps its share.
    let _ = rustix::process::setpriority_process(rustix::process::Pid::from_raw(thread), 19);
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn give_way(_thread: i32) {}

/// A thread, for whoever watches it from another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Thread(Option<i32>);

impl Thread {
    /// The one that this runs on.
    pub(crate) fn this() -> Self {
        Thread(this_thread())
    }

    /// How long it has computed, where the system tells.
    pub(crate) fn computed(self) -> Option<Duration> {
        self.0.and_then(computed)
    }

    /// Whether it sleeps: not while it only waits for a processor. Where the system does not tell, it counts as asleep.
    pub(crate) fn sleeps(self) -> bool {
        self.0.and_then(look).is_none_or(|look| look.asleep)
    }

    /// From now on it gets what nobody else wants.
    pub(crate) fn gives_way(self) {
        if let Some(thread) = self.0 {
            give_way(thread);
        }
    }
}
