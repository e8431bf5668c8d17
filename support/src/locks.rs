//! Locks that can be watched: the mutexes of `std` and of Tokio, with a name.
//!
//! Each is a thin layer over the real one. It says who has it: a lane of a [`Timeline`](crate::Timeline) whose work gets the
//! lock is drawn darker for as long as it holds it, and a check that tries many orders of tasks sees each lock that is taken
//! and given back. What a panic leaves behind is taken as it is: the mutex of `std` calls it *poisoned*, and its `lock` returns
//! a `Result` for the sake of that; ours does not.

mod watch;

use crate::timeline::{self, Holding};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, PoisonError};
pub(crate) use watch::{Kind, Name, Watch, changes, install, pause};

/// A mutex of `std`: `lock` holds the thread until it has the lock, and its guard may not be held across an `.await`.
///
/// # Examples
///
/// ```
/// use support::locks::StdMutex;
///
/// let account = StdMutex::new("account 0", 100);
/// *account.lock() += 20;
/// assert_eq!(*account.lock(), 120);
/// ```
pub struct StdMutex<T> {
    name: Name,
    value: std::sync::Mutex<T>,
}

/// The way to the value in a [`StdMutex`], which is locked for as long as this lives.
#[must_use = "the lock is given back where the guard is dropped"]
pub struct StdGuard<'a, T> {
    // The lock is given back first, and told after that: fields are dropped in this order.
    value: std::sync::MutexGuard<'a, T>,
    _held: Held,
}

/// Tokio's mutex: `lock().await` lets other tasks run until it has the lock, and its guard may be held across an `.await`.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use support::locks::TokioMutex;
///
/// let account = TokioMutex::new("account 0", 100);
/// *account.lock().await += 20;
/// assert_eq!(*account.lock().await, 120);
/// # });
/// ```
pub struct TokioMutex<T> {
    name: Name,
    value: tokio::sync::Mutex<T>,
}

/// The way to the value in a [`TokioMutex`], which is locked for as long as this lives.
#[must_use = "the lock is given back where the guard is dropped"]
pub struct TokioGuard<'a, T> {
    value: tokio::sync::MutexGuard<'a, T>,
    _held: Held,
}

impl<T> StdMutex<T> {
    /// A lock of this name around a value.
    pub fn new(name: impl Into<String>, value: T) -> Self {
        StdMutex {
            name: Name::new(name, Kind::Std),
            value: std::sync::Mutex::new(value),
        }
    }

    /// Waits for the lock, and holds the thread meanwhile.
    pub fn lock(&self) -> StdGuard<'_, T> {
        let watch = watch::current();
        if let Some(watch) = &watch {
            watch.wants(&self.name);
        }
        StdGuard {
            value: self.value.lock().unwrap_or_else(PoisonError::into_inner),
            _held: Held::new(&self.name, watch),
        }
    }

    /// The lock, where nobody has it.
    pub fn try_lock(&self) -> Option<StdGuard<'_, T>> {
        let watch = watch::current();
        if let Some(watch) = &watch {
            watch.tries(&self.name);
        }
        let value = match self.value.try_lock() {
            Ok(value) => value,
            Err(std::sync::TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(std::sync::TryLockError::WouldBlock) => return None,
        };
        Some(StdGuard {
            value,
            _held: Held::new(&self.name, watch),
        })
    }
}

impl<T: Copy> StdMutex<T> {
    /// The value, where nobody has the lock, for those who only look on.
    pub(crate) fn seen(&self) -> Option<T> {
        self.value.try_lock().ok().map(|value| *value)
    }
}

impl<T> TokioMutex<T> {
    /// A lock of this name around a value.
    pub fn new(name: impl Into<String>, value: T) -> Self {
        TokioMutex {
            name: Name::new(name, Kind::Tokio),
            value: tokio::sync::Mutex::new(value),
        }
    }

    /// Waits for the lock, and lets others run meanwhile.
    pub async fn lock(&self) -> TokioGuard<'_, T> {
        let watch = watch::current();
        if let Some(watch) = &watch {
            watch.wants(&self.name);
        }
        TokioGuard {
            value: self.value.lock().await,
            _held: Held::new(&self.name, watch),
        }
    }

    /// The lock, where nobody has it.
    pub fn try_lock(&self) -> Option<TokioGuard<'_, T>> {
        let watch = watch::current();
        if let Some(watch) = &watch {
            watch.tries(&self.name);
        }
        Some(TokioGuard {
            value: self.value.try_lock().ok()?,
            _held: Held::new(&self.name, watch),
        })
    }

    /// What `read` makes of the value, where nobody has the lock, for those who only look on.
    pub(crate) fn seen<V>(&self, read: impl FnOnce(&T) -> V) -> Option<V> {
        self.value.try_lock().ok().map(|value| read(&value))
    }
}

/// Tells that the lock was given back, where it is dropped.
struct Held {
    name: Name,
    watch: Option<Arc<dyn Watch>>,
    _lane: Option<Holding>,
}

impl Held {
    fn new(name: &Name, watch: Option<Arc<dyn Watch>>) -> Self {
        if let Some(watch) = &watch {
            watch.has(name);
        }
        Held {
            name: name.clone(),
            watch,
            _lane: timeline::holds(name.as_str()),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(watch) = &self.watch {
            watch.gives_back(&self.name);
        }
    }
}

macro_rules! guard {
    ($guard:ident, $mutex:ident) => {
        impl<T> Deref for $guard<'_, T> {
            type Target = T;

            fn deref(&self) -> &T {
                &self.value
            }
        }

        impl<T: fmt::Debug> fmt::Debug for $guard<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.value.fmt(f)
            }
        }

        impl<T: fmt::Debug> fmt::Debug for $mutex<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}: {:?}", self.name.as_str(), self.value)
            }
        }
    };
}

/// Whoever asks for this is taken to change the value: how it is used shows nowhere else.
impl<T> DerefMut for StdGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        changes();
        &mut self.value
    }
}

/// Tells nothing: what lies in it is asked for long before it changes, and tells that itself.
impl<T> DerefMut for TokioGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

guard!(StdGuard, StdMutex);
guard!(TokioGuard, TokioMutex);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timeline;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn a_lane_says_which_lock_it_held_and_for_how_long() {
        let step = Duration::from_millis(100);
        let account = Arc::new(TokioMutex::new("account 0", 0));
        let timeline = Timeline::new();
        let add = async || {
            let mut balance = account.lock().await;
            tokio::time::sleep(step).await;
            *balance += 1;
        };
        let both = [timeline.watch("a", add()), timeline.watch("b", add())];
        futures::future::join_all(both).await;
        let spans = timeline.lanes().into_iter().map(|lane| {
            assert_eq!(lane.held[0].lock, "account 0");
            let span = lane.held[0].span;
            [span.start, span.end].map(|at| at.as_millis() / 100)
        });
        assert_eq!(spans.collect::<Vec<_>>(), [[0, 1], [1, 2]]);
        assert_eq!(account.seen(|balance| *balance), Some(2));
    }

    #[test]
    fn a_lock_that_somebody_has_is_not_given_to_another() {
        let (std, tokio) = (StdMutex::new("s", 1), TokioMutex::new("t", 1));
        let (one, other) = (std.lock(), tokio.try_lock());
        assert!(other.is_some() && std.try_lock().is_none() && tokio.try_lock().is_none());
        drop((one, other));
        assert_eq!(std.try_lock().map(|value| *value), Some(1));
    }

    #[test]
    fn a_panic_of_who_held_it_leaves_the_value_as_it_is() {
        let account = StdMutex::new("account 0", 1);
        let panic = crate::panics::catch(|| {
            *account.lock() = 2;
            let _guard = account.lock();
            panic!("in the middle");
        });
        assert!(panic.is_err());
        assert_eq!(*account.lock(), 2);
    }
}
