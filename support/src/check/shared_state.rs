//! Exercise 7: state that tasks share.
//!
//! Judged are three ways to move money: `transfer`, with mutexes of `std`, `transfer_remote`, with Tokio's, and a teller, a task
//! that owns the accounts and is asked over a channel. A transfer is tried in many orders of turns with others, one by one (see
//! `interleave`); that it lets others go on while it waits shows on a clock that only waiting moves, by when locks were held.
//! How much a teller takes in shows while its vault is at the first order of a crowd.

mod judge;
mod right;
mod story;
mod teller;
mod transfers;

use super::ask::{Ask, Transfer, TransferRemote};
use super::observe::observe;
use super::report::Report;
use super::run::{Ended, Run};
use super::words;
use crate::bank::{Bank, Order, RemoteBank, Vault};
use crate::chart::Figure;
use judge::judge;
use teller::{Crowds, Served};
use transfers::Transfers;

const EXERCISE: &str = "7_shared_state";

/// What was seen.
#[derive(Debug)]
struct Seen {
    transfer: Transfers,
    remote: Transfers,
    served: Run<Served>,
    /// What became of crowds, where all were answered before.
    crowds: Option<Run<Crowds>>,
}

/// Judges the learner's `transfer`, `transfer_remote`, and the pair of `open_teller` and `ask`.
///
/// `transfer(bank, order)` and `transfer_remote(bank, order)` are to have an order approved, and then to move its money so
/// that nobody who locks the accounts ever sees a part of it. `open_teller(vault)` is to start a task that owns the vault, and to
/// return what `ask(teller, order)` needs to have it carry out an order.
///
/// # Examples
///
/// ```
/// use support::bank::{Bank, Order, Refused, RemoteBank, Vault};
/// use support::check;
///
/// async fn transfer(bank: Bank, order: Order) -> Result<(), Refused> {
///     bank.approve(order).await?;
///     let mut from = bank.account(order.from).lock();
///     let mut to = bank.account(order.to).lock(); // and what if another has it, and waits for ours?
///     if *from < order.amount {
///         return Err(Refused::Funds);
///     }
///     *from -= order.amount;
///     *to += order.amount;
///     Ok(())
/// }
///
/// async fn transfer_remote(bank: RemoteBank, order: Order) -> Result<(), Refused> {
///     todo!("the same at {bank:?}, for {order}")
/// }
///
/// fn open_teller(vault: Vault) {
///     todo!("start a task that owns {vault:?}")
/// }
///
/// async fn ask(_teller: (), order: Order) -> Result<(), Refused> {
///     todo!("send {order}, and wait for the answer")
/// }
///
/// let report = check::shared_state(transfer, transfer_remote, open_teller, ask);
/// assert_eq!(report.findings()[0].code.name(), "deadlock");
/// ```
pub fn shared_state<T, F, R, A>(
    transfer: impl Fn(Bank, Order) -> F + Clone + Send + 'static,
    transfer_remote: impl Fn(RemoteBank, Order) -> R + Clone + Send + 'static,
    open_teller: impl Fn(Vault) -> T + Clone + Send + 'static,
    ask: impl Fn(T, Order) -> A + Clone + Send + 'static,
) -> Report
where
    T: Clone + 'static,
    F: Transfer + 'static,
    R: TransferRemote + 'static,
    A: Ask + 'static,
{
    let open = |balances: &[i64]| Bank::open(balances.iter().copied());
    let open_remote = |balances: &[i64]| RemoteBank::open(balances.iter().copied());
    let serves = (open_teller.clone(), ask.clone());
    let served = observe("ask", move || {
        let (open_teller, ask) = serves.clone();
        async move { teller::serve(open_teller, ask).await }
    });
    let mut seen = Seen {
        transfer: transfers::run("transfer", open, transfer),
        remote: transfers::run("transfer_remote", open_remote, transfer_remote),
        crowds: None,
        served,
    };
    if judge::serves(&seen.served).is_none() {
        seen.crowds = Some(observe("ask", move || {
            let (open_teller, ask) = (open_teller.clone(), ask.clone());
            async move { teller::crowds(open_teller, ask).await }
        }));
    }
    let figure = figure(&seen);
    Report::new(EXERCISE, judge(&seen), explanation(&seen), figure).noted()
}

/// The circle of a deadlock, where there was one; otherwise the transfers at the remote bank.
fn figure(seen: &Seen) -> Figure {
    let circles = [&seen.transfer, &seen.remote].map(story::circle);
    if let Some(circle) = circles.into_iter().flatten().next() {
        return circle;
    }
    let together =
        [&seen.remote, &seen.transfer]
            .into_iter()
            .find_map(|transfers| match &transfers.together.as_ref()?.ended {
                Ended::Returned(together) => Some(together.lanes.clone()),
                _ => None,
            });
    words::figure(
        "Your transfers, four at the same time: each waits for its approval, then for its accounts",
        together.unwrap_or_default(),
    )
}

fn explanation(seen: &Seen) -> String {
    format!(
        "The check tried {} orders of turns for `transfer` and {} for `transfer_remote`{}: no money was lost or seen twice, and \
         nobody waited for ever. Approvals were waited for without a lock, so they \
         overlapped. Your teller needs no lock: it is the only one who has the accounts; its queue is bounded, and everybody \
         was answered.",
        seen.transfer.count(),
        seen.remote.count(),
        if [&seen.transfer, &seen.remote]
            .iter()
            .all(|seen| seen.all_of_two())
        {
            ", for two transfers at a time all that there are"
        } else {
            ""
        }
    )
}
