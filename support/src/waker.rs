//! Notes who was woken: a waker of one future's own, before the one of the task that polls it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Wake;

/// Notes that the future was woken, and wakes who polls it.
#[derive(Debug)]
pub(crate) struct Waker {
    woken: AtomicBool,
    root: Mutex<Option<std::task::Waker>>,
}

impl Waker {
    /// Woken already: a future is polled once to begin with.
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Waker {
            woken: AtomicBool::new(true),
            root: Mutex::new(None),
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
