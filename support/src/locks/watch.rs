//! Whoever wants to know what a thread does with locks, and may keep it waiting there.

use std::cell::RefCell;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

/// Whose mutex a lock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Std,
    Tokio,
}

/// What a lock is called, and what tells it from others of that name.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    pub(crate) id: usize,
    pub(crate) kind: Kind,
    text: Arc<str>,
}

impl Name {
    pub(super) fn new(text: impl Into<String>, kind: Kind) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        Name {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            kind,
            text: text.into().into(),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

/// Is told of each step that the code of one thread takes.
pub(crate) trait Watch: Send + Sync {
    /// It is about to wait for a lock. Where this returns, a lock of `std` is free.
    fn wants(&self, lock: &Name);
    /// It is about to take a lock, if that is free.
    fn tries(&self, lock: &Name);
    /// It has got it.
    fn has(&self, lock: &Name);
    /// It is about to change something that a lock guards.
    fn changes(&self);
    /// It has given it back.
    fn gives_back(&self, lock: &Name);
    /// It is about to wait for something that takes time: `what` says for what.
    fn waits(&self, what: &str);
}

thread_local! {
    static WATCH: RefCell<Option<Arc<dyn Watch>>> = const { RefCell::new(None) };
}

/// From here on, this thread is watched.
pub(crate) fn install(watch: Arc<dyn Watch>) {
    WATCH.with_borrow_mut(|known| *known = Some(watch));
}

pub(super) fn current() -> Option<Arc<dyn Watch>> {
    WATCH.with_borrow(Clone::clone)
}

/// Tells that something is about to change that a lock guards.
pub(crate) fn changes() {
    if let Some(watch) = current() {
        watch.changes();
    }
}

/// Waits for `time`; where the thread is watched, for the others' sake alone.
pub(crate) async fn pause(what: impl FnOnce() -> String, time: Duration) {
    let Some(watch) = current() else {
        return tokio::time::sleep(time).await;
    };
    watch.waits(&what());
    let mut waited = false;
    poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
