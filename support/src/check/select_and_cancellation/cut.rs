//! Drops a future at one of its waits.

use std::future::{Future, poll_fn};
use std::task::Poll;

/// Where to drop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// At the wait with this number, counted from one over all calls; zero is nowhere.
    At(usize),
    /// At each wait.
    Each,
}

/// Counts waits over several futures, and drops where it was asked to.
#[derive(Debug)]
pub(super) struct Knife {
    cut: Cut,
    waits: usize,
    /// How often it dropped.
    pub(super) cuts: usize,
}

impl Knife {
    pub(super) fn new(cut: Cut) -> Self {
        Knife {
            cut,
            waits: 0,
            cuts: 0,
        }
    }

    /// What the future returns, or nothing where it was dropped. Whatever else was ready has run before, and after.
    pub(super) async fn run<T>(&mut self, future: impl Future<Output = T>) -> Option<T> {
        let mut future = Box::pin(future);
        let outcome = poll_fn(|context| {
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                return Poll::Ready(Some(value));
            }
            self.waits += 1;
            match self.cut {
                Cut::At(wait) if wait != self.waits => Poll::Pending,
                Cut::At(_) | Cut::Each => Poll::Ready(None),
            }
        })
        .await;
        if outcome.is_none() {
            self.cuts += 1;
            settle().await;
            drop(future);
            settle().await;
        }
        outcome
    }
}

/// Lets every other task that is ready run. No time passes.
pub(super) async fn settle() {
    for _ in 0..16 {
        tokio::task::yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::sleep;

    async fn waits_twice() {
        sleep(Duration::from_millis(1)).await;
        sleep(Duration::from_millis(1)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn waits_are_counted_over_all_calls() {
        for (cut, ended) in [
            (Cut::At(0), [true, true]),
            (Cut::At(2), [false, true]),
            (Cut::At(3), [true, false]),
            (Cut::At(5), [true, true]),
            (Cut::Each, [false, false]),
        ] {
            let mut knife = Knife::new(cut);
            let first = knife.run(waits_twice()).await.is_some();
            let second = knife.run(waits_twice()).await.is_some();
            assert_eq!([first, second], ended, "{cut:?}");
            let cuts = ended.iter().filter(|ended| !**ended).count();
            assert_eq!(knife.cuts, cuts);
        }
    }
}
