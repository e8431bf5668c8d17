//! Accounts that have one owner, and no locks.

use super::{LIMIT, Order, Refused, TRIP};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// What became of a vault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Noted {
    /// The orders that it was given, in their order, and whether each was in a task.
    pub(crate) orders: Vec<(Order, bool)>,
    /// Those of them that came to their end, whether money was moved or not.
    pub(crate) ended: Vec<Order>,
    /// Whether it was dropped, and whether by a panic.
    pub(crate) dropped: bool,
    pub(crate) panicked: bool,
}

/// All accounts of a bank, without a lock: only its owner can move money.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use support::bank::{Order, Refused, Vault};
///
/// let mut vault = Vault::open([100, 50]);
/// assert_eq!(vault.transfer(Order::new(0, 1, 30)).await, Ok(()));
/// assert_eq!(vault.transfer(Order::new(1, 0, 90)).await, Err(Refused::Funds));
/// assert_eq!(vault.balances(), [70, 80]);
/// # });
/// ```
#[derive(Debug)]
pub struct Vault {
    balances: Vec<i64>,
    noted: Arc<Mutex<Noted>>,
    /// What a transfer waits for in the place of its round trip.
    gate: Option<Arc<Semaphore>>,
}

impl Vault {
    /// A vault with these balances.
    pub fn open(balances: impl IntoIterator<Item = i64>) -> Self {
        Vault {
            balances: balances.into_iter().collect(),
            noted: Arc::default(),
            gate: None,
        }
    }

    /// Moves money, which takes a round trip.
    ///
    /// # Errors
    ///
    /// The order is for more than [`LIMIT`], or the account that pays has less.
    pub async fn transfer(&mut self, order: Order) -> Result<(), Refused> {
        let in_task = tokio::task::try_id().is_some();
        self.note(|noted| noted.orders.push((order, in_task)));
        match &self.gate {
            // It has no permits: that it is closed is all that can be waited for.
            Some(gate) => drop(gate.acquire().await),
            None => tokio::time::sleep(TRIP).await,
        }
        self.note(|noted| noted.ended.push(order));
        if order.amount > LIMIT {
            return Err(Refused::Declined);
        }
        if order.from != order.to && self.balances[order.from] < order.amount {
            return Err(Refused::Funds);
        }
        self.balances[order.from] -= order.amount;
        self.balances[order.to] += order.amount;
        Ok(())
    }

    /// The balances, in the order of the accounts.
    pub fn balances(&self) -> Vec<i64> {
        self.balances.clone()
    }

    /// The same vault, whose transfers take no time from the moment on in which the gate is closed, and until then wait.
    pub(crate) fn behind(mut self, gate: Arc<Semaphore>) -> Self {
        self.gate = Some(gate);
        self
    }

    /// What becomes of it, for whoever has given it away.
    pub(crate) fn noted(&self) -> Arc<Mutex<Noted>> {
        self.noted.clone()
    }

    fn note(&self, change: impl FnOnce(&mut Noted)) {
        change(&mut self.noted.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        self.note(|noted| {
            noted.dropped = true;
            noted.panicked = std::thread::panicking();
        });
    }
}
