//! Notes who was woken: a waker of one future's own, before the one of the task that polls it.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Wake;

/// Notes that the future was woken, and wakes who polls it.
pub(crate) struct Waker {
    woken: AtomicBool,
    root: Mutex<Option<std::task::Waker>>,
    /// Who else is to know of each wake, at once.
    note: Option<Box<dyn Fn() + Send + Sync>>,
}

impl fmt::Debug for Waker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waker").field("woken", &self.woken).finish()
    }
}

impl Waker {
    /// Woken already: a future is polled once to begin with.
    pub(crate) fn new() -> Arc<Self> {
        Waker::with(None)
    }

    /// The same, and `note` is called whenever somebody wakes it.
    pub(crate) fn noting(note: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        Waker::with(Some(Box::new(note)))
    }

    fn with(note: Option<Box<dyn Fn() + Send + Sync>>) -> Arc<Self> {
        Arc::new(Waker {
            woken: AtomicBool::new(true),
            root: Mutex::new(None),
            note,
        })
    }

    pub(crate) fn forward_to(&self, root: &std::task::Waker) {
        let mut known = self.root.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.as_ref().is_some_and(|known| known.will_wake(root)) {
            *known = Some(root.clone());
        }
    }

    pub(crate) fn let_go(&self) {
        self.root
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }

    pub(crate) fn take(&self) -> bool {
        self.woken.swap(false, Ordering::SeqCst)
    }
}

impl Wake for Waker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        if let Some(note) = &self.note {
            note();
        }
        let root = self
            .root
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(root) = root {
            root.wake();
        }
    }
}
