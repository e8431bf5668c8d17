//! How long a thread of a runtime is kept from everything else, and whether it computes meanwhile.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// A time in which a thread of the runtime did one thing only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::check) struct Stretch {
    /// Our time.
    pub(in crate::check) wall: Duration,
    /// The processor's: next to nothing where the thread slept.
    pub(in crate::check) cpu: Duration,
    /// Ours again, while the thread would have run and the machine was busy with others.
    pub(in crate::check) queued: Duration,
}

impl Stretch {
    /// What does not block takes microseconds.
    const LONG: Duration = Duration::from_millis(20);

    /// Whether the thread slept, or computed, for long enough.
    pub(in crate::check) fn is_long(&self) -> bool {
        self.slept() || self.computed()
    }

    /// Whether it slept.
    pub(in crate::check) fn slept(&self) -> bool {
        self.asleep() >= Self::LONG && !self.computed()
    }

    /// Whether it computed.
    pub(in crate::check) fn computed(&self) -> bool {
        self.cpu >= Self::LONG && self.cpu >= self.asleep()
    }

    fn asleep(&self) -> Duration {
        self.wall.saturating_sub(self.cpu + self.queued)
    }

    /// How much of it says something: a machine that is busy with others says nothing.
    pub(in crate::check) fn own(&self) -> Duration {
        self.wall.saturating_sub(self.queued)
    }
}

/// What a thread had behind it at some moment.
#[derive(Debug, Clone, Copy)]
struct Mark {
    at: Instant,
    cpu: Duration,
    queued: Duration,
}

impl Mark {
    fn now() -> Self {
        let cpu = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Mark {
            at: Instant::now(),
            cpu: Duration::try_from(cpu).unwrap_or_default(),
            queued: queued().unwrap_or_default(),
        }
    }
}

/// How long this thread has waited for a processor in its life: the second number of Linux's `schedstat`, in nanoseconds.
/// Elsewhere a busy machine cannot be told from sleep but by running again.
fn queued() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split(' ').nth(1)?.parse().ok()?))
}

thread_local! {
    /// When this thread began with what it does now.
    static MARK: Cell<Option<Mark>> = const { Cell::new(None) };
}

/// What this thread did until now is forgotten, up to when it begins anew.
pub(in crate::check) fn forget() {
    MARK.take();
}

/// From here on, this thread is busy.
pub(super) fn begins() {
    MARK.set(Some(Mark::now()));
}

/// Up to here it was.
pub(super) fn ends() -> Option<Stretch> {
    let (begun, now) = (MARK.take()?, Mark::now());
    Some(Stretch {
        wall: now.at - begun.at,
        cpu: now.cpu.saturating_sub(begun.cpu),
        queued: now.queued.saturating_sub(begun.queued),
    })
}

/// Runs `work` and says what it did with the thread.
pub(in crate::check) fn measured<T>(work: impl FnOnce() -> T) -> (T, Stretch) {
    begins();
    let value = work();
    (value, ends().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_machine_is_told_from_sleep_and_from_computing() {
        let ms = Duration::from_millis;
        let table = [
            (200, 0, 0, (true, false)),
            (200, 150, 0, (false, true)),
            (200, 0, 190, (false, false)),
            (200, 60, 130, (false, true)),
            (5, 5, 0, (false, false)),
        ];
        for (wall, cpu, queued, expected) in table {
            let stretch = Stretch {
                wall: ms(wall),
                cpu: ms(cpu),
                queued: ms(queued),
            };
            assert_eq!(
                (stretch.slept(), stretch.computed()),
                expected,
                "{stretch:?}"
            );
        }
    }
}
