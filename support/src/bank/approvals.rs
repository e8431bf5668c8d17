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
    asked: Mutex<Vec<Order>>,
    /// Those of which it has said whether they may be carried out.
    answered: Mutex<Vec<Order>>,
    now: AtomicUsize,
    most: AtomicUsize,
    /// When those were under way whose task held a lock meanwhile.
    locked: Mutex<Vec<(Instant, Instant)>>,
}

impl Approvals {
    pub(super) async fn approve(&self, order: Order, trip: Duration) -> Result<(), Refused> {
        note(&self.asked, order);
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        let _over = Over(self, timeline::holding().then(Instant::now));
        locks::pause(|| "waits for its approval".to_owned(), trip).await;
        note(&self.answered, order);
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
            note(&self.0.locked, span);
        }
    }
}

fn note<T>(list: &Mutex<Vec<T>>, one: T) {
    list.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(one);
}

fn noted<T: Clone>(list: &Mutex<Vec<T>>) -> Vec<T> {
    list.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// What a bank was asked to approve.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Which orders.
    pub(crate) orders: Vec<Order>,
    /// Of which it has said whether they may be carried out.
    pub(crate) answered: Vec<Order>,
    /// How many at the same time.
    pub(crate) most: usize,
    /// For how long somebody held a lock meanwhile; what is so for several at the same time counts once.
    pub(crate) locked: Duration,
}

impl Approvals {
    pub(super) fn counts(&self) -> Asked {
        let mut spans = noted(&self.locked);
        spans.sort();
        let (mut locked, mut until) = (Duration::ZERO, None);
        for (start, end) in spans {
            let start = until.map_or(start, |until| start.max(until));
            locked += end.saturating_duration_since(start);
            until = until.max(Some(end));
        }
        Asked {
            orders: noted(&self.asked),
            answered: noted(&self.answered),
            most: self.most.load(Ordering::SeqCst),
            locked,
        }
    }
}
