//! A bank whose accounts many tasks use at the same time, in three forms.
//!
//! [`Bank`] keeps its balances in memory, each behind a mutex of `std`. [`RemoteBank`] keeps them on another computer, so that to
//! read or to write one takes a round trip, and Tokio's mutex guards each. A [`Vault`] has no locks: whoever owns it is alone
//! with it. None of them moves money by itself, but the vault: how that is done, and in which order locks are taken, is the
//! learner's.

mod approvals;
mod vault;

use crate::locks::{self, StdMutex, TokioMutex};
use approvals::Approvals;
pub(crate) use approvals::Asked;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
pub(crate) use vault::Noted;
pub use vault::Vault;

/// An order for more than this is declined.
pub const LIMIT: i64 = 1000;

/// How long a round trip takes: to have an order approved, to read, to write.
pub const TRIP: Duration = Duration::from_millis(100);

/// To move money from an account to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// The account that pays.
    pub from: usize,
    /// The account that is paid, which may be the same.
    pub to: usize,
    /// How much.
    pub amount: i64,
}

impl Order {
    /// An order to move `amount` from the account `from` to the account `to`.
    pub fn new(from: usize, to: usize, amount: i64) -> Self {
        Order { from, to, amount }
    }
}

/// As lanes are named: who pays, who is paid.
impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} → {}", self.from, self.to)
    }
}

/// Why no money was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It was more than [`LIMIT`].
    Declined,
    /// The account that pays has less.
    Funds,
    /// Nobody is there any more to carry it out.
    Closed,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refused::Declined => "the order is for more than the limit",
            Refused::Funds => "there is too little in the account",
            Refused::Closed => "the bank is closed",
        })
    }
}

impl std::error::Error for Refused {}

fn account(number: usize) -> String {
    format!("account {number}")
}

/// Accounts in memory. A clone is the same bank.
///
/// # Examples
///
/// ```
/// use support::bank::Bank;
///
/// let bank = Bank::open([100, 50]);
/// *bank.account(0).lock() -= 30;
/// *bank.account(1).lock() += 30;
/// assert_eq!((bank.balances(), bank.total()), (vec![70, 80], 150));
/// ```
#[derive(Debug, Clone)]
pub struct Bank {
    accounts: Arc<[StdMutex<i64>]>,
    approvals: Arc<Approvals>,
    trip: Duration,
}

impl Bank {
    /// A bank whose accounts have these balances.
    pub fn open(balances: impl IntoIterator<Item = i64>) -> Self {
        let accounts = (0..).zip(balances);
        Bank {
            accounts: accounts
                .map(|(number, balance)| StdMutex::new(account(number), balance))
                .collect(),
            approvals: Arc::default(),
            trip: TRIP,
        }
    }

    /// The lock around the balance of an account.
    ///
    /// # Panics
    ///
    /// There is no account of this number.
    pub fn account(&self, number: usize) -> &StdMutex<i64> {
        &self.accounts[number]
    }

    /// Asks whether an order may be carried out, which takes a round trip and needs no lock.
    ///
    /// # Errors
    ///
    /// It is for more than [`LIMIT`].
    pub async fn approve(&self, order: Order) -> Result<(), Refused> {
        self.approvals.approve(order, self.trip).await
    }

    /// The balances, in the order of the accounts, one after the other.
    pub fn balances(&self) -> Vec<i64> {
        self.accounts.iter().map(|one| *one.lock()).collect()
    }

    /// The sum of all balances, with all accounts locked, from the first to the last.
    pub fn total(&self) -> i64 {
        let guards: Vec<_> = self.accounts.iter().map(StdMutex::lock).collect();
        guards.iter().map(|balance| **balance).sum()
    }
}

/// The balance of one account, on another computer.
#[derive(Debug)]
pub struct Record {
    account: usize,
    balance: i64,
    trip: Duration,
    written: Written,
}

/// When a record of a bank was last written, where one was.
type Written = Arc<Mutex<Option<Instant>>>;

impl Record {
    /// Asks for the balance, which takes a round trip.
    pub async fn read(&self) -> i64 {
        let what = || format!("reads the balance of account {}", self.account);
        locks::pause(what, self.trip).await;
        self.balance
    }

    /// Sets the balance, which takes a round trip.
    pub async fn write(&mut self, balance: i64) {
        let number = self.account;
        let what = || format!("writes {balance} into account {number}");
        locks::pause(what, self.trip).await;
        locks::changes();
        self.balance = balance;
        let now = Some(Instant::now());
        *self.written.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

/// Accounts on another computer. A clone is the same bank.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use support::bank::RemoteBank;
///
/// let bank = RemoteBank::open([100, 50]);
/// let mut record = bank.account(0).lock().await;
/// let balance = record.read().await;
/// record.write(balance + 20).await;
/// drop(record);
/// assert_eq!(bank.balances().await, [120, 50]);
/// # });
/// ```
#[derive(Debug, Clone)]
pub struct RemoteBank {
    accounts: Arc<[TokioMutex<Record>]>,
    approvals: Arc<Approvals>,
    trip: Duration,
    written: Written,
}

impl RemoteBank {
    /// A bank whose accounts have these balances.
    pub fn open(balances: impl IntoIterator<Item = i64>) -> Self {
        let written = Written::default();
        let accounts = records(balances, &written).into_iter().enumerate();
        RemoteBank {
            accounts: accounts
                .map(|(number, record)| TokioMutex::new(account(number), record))
                .collect(),
            approvals: Arc::default(),
            trip: TRIP,
            written,
        }
    }

    /// The lock around the record of an account.
    ///
    /// # Panics
    ///
    /// There is no account of this number.
    pub fn account(&self, number: usize) -> &TokioMutex<Record> {
        &self.accounts[number]
    }

    /// Asks whether an order may be carried out, which takes a round trip and needs no lock.
    ///
    /// # Errors
    ///
    /// It is for more than [`LIMIT`].
    pub async fn approve(&self, order: Order) -> Result<(), Refused> {
        self.approvals.approve(order, self.trip).await
    }

    /// The balances, in the order of the accounts, without a round trip.
    pub async fn balances(&self) -> Vec<i64> {
        let mut balances = Vec::new();
        for record in self.accounts.iter() {
            balances.push(record.lock().await.balance);
        }
        balances
    }
}

fn records(balances: impl IntoIterator<Item = i64>, written: &Written) -> Vec<Record> {
    let numbered = (0..).zip(balances);
    let record = |(account, balance)| Record {
        account,
        balance,
        trip: TRIP,
        written: written.clone(),
    };
    numbered.map(record).collect()
}

/// What a check wants to know of a bank, without waiting for a lock.
pub(crate) trait Seen {
    /// The balance of each account, where nobody has its lock.
    fn each(&self) -> Vec<Option<i64>>;
    /// The balances, where nobody has a lock.
    fn seen(&self) -> Option<Vec<i64>> {
        self.each().into_iter().collect()
    }
    /// What it was asked to approve.
    fn approvals(&self) -> Asked;
    /// When a balance was last changed, where that takes time.
    fn written(&self) -> Option<Instant> {
        None
    }
}

impl Seen for Bank {
    fn each(&self) -> Vec<Option<i64>> {
        self.accounts.iter().map(StdMutex::seen).collect()
    }

    fn approvals(&self) -> Asked {
        self.approvals.counts()
    }
}

impl Seen for RemoteBank {
    fn each(&self) -> Vec<Option<i64>> {
        let accounts = self.accounts.iter();
        let balance = |record: &Record| record.balance;
        accounts.map(|account| account.seen(balance)).collect()
    }

    fn approvals(&self) -> Asked {
        self.approvals.counts()
    }

    fn written(&self) -> Option<Instant> {
        *self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
