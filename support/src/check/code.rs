//! The vocabulary of verdicts: one stable name for each kind of mistake.

mod of_exercises;

use serde::{Serialize, Serializer};
use std::fmt;

/// The codes with their names, each once.
macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $name:literal,)*) => {
        /// The stable name of a mistake, beside the words that explain it.
        ///
        #[doc = include_str!("codes.md")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $code,)*
        }

        impl Code {
            /// Every code there is.
            pub const ALL: &[Code] = &[$(Code::$code),*];

            /// The name as it stands in reports.
            pub fn name(self) -> &'static str {
                match self {
                    $(Code::$code => $name,)*
                }
            }
        }
    };
}

codes! {
    /// The starter's `todo!` is still there.
    NotWritten = "not-written",
    /// A future was made and never awaited.
    NotAwaited = "not-awaited",
    /// It awaits nothing that takes time.
    NoWait = "no-wait",
    /// It asks again and again instead of waiting.
    BusyWait = "busy-wait",
    /// A thread was held: by something that sleeps, waits or computes on it.
    BlocksThread = "blocks-thread",
    /// It never comes back, though no thread is held.
    NeverEnds = "never-ends",
    /// One after the other, where the waits could overlap.
    Sequential = "sequential",
    /// Fewer at the same time than asked for.
    Limited = "limited",
    /// More in flight at the same time than allowed.
    Unlimited = "unlimited",
    /// A runtime was started, or blocked on, inside the running one.
    RuntimeInRuntime = "runtime-in-runtime",
    /// The function that was to be used is not.
    NotCalled = "not-called",
    /// The results are right, but not in the order of the inputs.
    OrderLost = "order-lost",
    /// The results are wrong.
    WrongResult = "wrong-result",
    /// The learner's code panicked for another reason.
    Panicked = "panicked",
    /// What was to be a task of its own was none.
    NotSpawned = "not-spawned",
    /// A task was let go of before it had ended.
    HandleDropped = "handle-dropped",
    /// A task ended, and what it returned was thrown away.
    ResultIgnored = "result-ignored",
    /// A task was stopped before it had ended.
    Cancelled = "cancelled",
    /// A task panicked, and nobody was told.
    PanicSwallowed = "panic-swallowed",
    /// The caller was not told of an error, or of another one than it was.
    ErrorSwallowed = "error-swallowed",
    /// Every request came over a connection of its own.
    ClientPerRequest = "client-per-request",
    /// The client that was given was not used.
    ClientNotUsed = "client-not-used",
    /// One failure among many took the others with it.
    OneFailureStopsAll = "one-failure-stops-all",
    /// A request that is never answered was waited for without end, or for longer than asked.
    NoTimeout = "no-timeout",
    /// A request was given up that would have been answered in time.
    TimeoutTooShort = "timeout-too-short",
    /// An answer that reports a failure was taken for a success.
    StatusNotChecked = "status-not-checked",
    /// The work that was handed over was not run.
    WorkNotRun = "work-not-run",
    /// The work succeeded, and what was opened for it stayed open.
    NotClosedAfterSuccess = "not-closed-after-success",
    /// The work failed, and what was opened for it stayed open.
    NotClosedAfterError = "not-closed-after-error",
    /// The work panicked, and what was opened for it stayed open.
    NotClosedAfterPanic = "not-closed-after-panic",
    /// What was closed already was closed again.
    ClosedTwice = "closed-twice",
    /// It was closed while somebody still needed it.
    ClosedTooEarly = "closed-too-early",
    /// Closing was begun, and nobody waited for its end.
    CloseNotAwaited = "close-not-awaited",
    /// A stage waited until the one before it had finished with everything.
    SequentialStages = "sequential-stages",
    /// An item came to no end: neither a result nor an error.
    ItemLost = "item-lost",
    /// An item came out more than once.
    ItemDuplicated = "item-duplicated",
    /// A reader could have seen a file that was written in part.
    PartialFile = "partial-file",
    /// A temporary failure was taken for final.
    NoRetry = "no-retry",
    /// It asked again without a pause, or without a longer one each time.
    NoBackoff = "no-backoff",
    /// It asked again where asking again cannot help.
    RetriesTooMuch = "retries-too-much",
    /// It asks again without an end.
    RetriesForEver = "retries-for-ever",
    /// A future is pending, and nobody was told to wake it.
    NeverWoken = "never-woken",
    /// A future wakes itself, and so is polled again and again.
    BusyPoll = "busy-poll",
    /// A future wakes the task that polled it before, and not the one that polled it last.
    StaleWaker = "stale-waker",
    /// A future was polled again after it had been ready.
    PolledAfterReady = "polled-after-ready",
    /// An executor was told to run a task, and never did.
    LosesWakes = "loses-wakes",
    /// An executor polls tasks that nobody woke.
    PollsUnwoken = "polls-unwoken",
    /// An executor works while it has nothing to do.
    Spins = "spins",
    /// An executor runs one task again and again, while another waits.
    StarvesOne = "starves-one",
    /// A task was run after its executor was dropped.
    RunsAfterDrop = "runs-after-drop",
    /// A lock was held while something was awaited that needs no lock.
    LockAcrossAwait = "lock-across-await",
    /// Tasks wait for each other's locks, in a circle.
    Deadlock = "deadlock",
    /// Others can see, or change, what is moved while it is moved.
    TornTransfer = "torn-transfer",
    /// Who asked was never answered.
    ReplyDropped = "reply-dropped",
    /// A queue grows without an end.
    UnboundedQueue = "unbounded-queue",
    /// A future was dropped, and what it had read was lost with it.
    BytesLost = "bytes-lost",
    /// A timer began anew each time that something else happened.
    RestartsTimer = "restarts-timer",
    /// A branch of `select!` was not looked at while another was busy.
    StarvedBranch = "starved-branch",
    /// A task ran on after whoever started it had gone.
    TaskLeaked = "task-leaked",
    /// What was begun was dropped at the end, in the middle.
    NotDrained = "not-drained",
    /// It was asked to stop, or had nothing left to do, and did not return in time.
    WaitsForEver = "waits-for-ever",
    /// Something was begun after the stop.
    AcceptsAfterStop = "accepts-after-stop",
    /// An error of the input was not handed on.
    ErrorLost = "error-lost",
    /// A read, or a write, was taken to move a whole frame.
    AssumesOneRead = "assumes-one-read",
    /// What had come of a frame was thrown away before the rest came.
    PartialFrameLost = "partial-frame-lost",
    /// The end inside a frame was taken for a good end, or a good end for an error.
    EofNotError = "eof-not-error",
    /// Whoever sends decides how much memory it takes.
    NoLimit = "no-limit",
    /// Nobody is served until the one before has gone.
    OneClientAtATime = "one-client-at-a-time",
    /// All wait for one who does not read.
    SlowClientStopsAll = "slow-client-stops-all",
    /// A client missed messages, and was not told.
    LaggedIgnored = "lagged-ignored",
    /// A client that had finished sending did not hear the rest.
    HalfCloseIgnored = "half-close-ignored",
    /// What was taken before the stop was not delivered.
    DropsOnShutdown = "drops-on-shutdown",
    /// A test passes on a service that is broken.
    MutantSurvived = "mutant-survived",
    /// A test holds its thread, or waits without an end.
    SlowTest = "slow-test",
    /// A test fails on a right service that takes its time.
    FlakyTest = "flaky-test",
    /// The check itself could not run, for want of a port, say.
    CheckFailed = "check-failed",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_explains_every_code_once() {
        let page = include_str!("codes.md");
        for code in Code::ALL {
            let row = format!("| `{code}` |");
            assert_eq!(page.matches(&row).count(), 1, "{code}");
        }
        let rows = page.lines().filter(|line| line.starts_with("| `")).count();
        assert_eq!(rows, Code::ALL.len(), "the page has a row that is no code");
    }
}
