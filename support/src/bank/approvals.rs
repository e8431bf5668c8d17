//! What a bank is asked to approve.

use super::{LIMIT, Order, Refused};
use crate::locks;
use crate::timeline;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// What a bank has seen of the orders that it was asked to approve.
#[derive(Debug, Default)]
pub(super) struct Approvals {
    asked: AtomicUsize,
    now: AtomicUsize,
    most: AtomicUsize,
    /// When those were under way whose task held a lock meanwhile.
    locked: Mutex<Vec<(Instant, Instant)>>,
}

impl Approvals {
    pub(super) async fn approve(&self, order: Order, trip: Duration) -> Result<(), Refused> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        let _over = Over(self, timeline::holding().then(Instant::now));
        locks::pause(|| "waits for its approval".to_owned(), trip).await;
        if order.amount > LIMIT {
            return Err(Refused::Declined);
        }
        Ok(())
    }
}

/// However an approval ends, it is no longer under way.
struct Over<'a>(&'a Approvals, Option<Instant>);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
        if let Some(start) = self.1 {
            let span = (start, Instant::now());
            let mut locked = self.0.locked.lock();
            locked
                .as_mut()
                .unwrap_or_else(|poisoned| poisoned.get_mut())
                .push(span);
        }
    }
}

/// What a bank was asked to approve.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// How many orders.
    pub(crate) orders: usize,
    /// How many at the same time.
    pub(crate) most: usize,
    /// For how long somebody held a lock meanwhile; what is so for several at the same time counts once.
    pub(crate) locked: Duration,
}

impl Approvals {
    pub(super) fn counts(&self) -> Asked {
        let count = |number: &AtomicUsize| number.load(Ordering::SeqCst);
        let mut spans = self
            .locked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        spans.sort();
        let (mut locked, mut until) = (Duration::ZERO, None);
        for (start, end) in spans {
            let start = until.map_or(start, |until| start.max(until));
            locked += end.saturating_duration_since(start);
            until = until.max(Some(end));
        }
        Asked {
            orders: count(&self.asked),
            most: count(&self.most),
            locked,
        }
    }
}
