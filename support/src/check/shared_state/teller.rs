//! What a teller, and those who ask it, did.

use crate::bank::{Noted, Order, Refused, TRIP, Vault};
use crate::panics;
use futures::future::{Either, join_all, select};
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

/// What each is answered, whoever came first.
pub(super) const ASKED: [(Order, Result<(), Refused>); 4] = [
    (order(0, 1, 30), Ok(())),
    (order(2, 1, 900), Err(Refused::Funds)),
    (order(0, 2, 2000), Err(Refused::Declined)),
    (order(1, 2, 20), Ok(())),
];

/// Orders of those who go before they are answered: while the vault is at the first, the second waits.
pub(super) const LEFT: [Order; 2] = [order(1, 0, 3), order(0, 1, 4)];

/// Who asks after they have gone.
pub(super) const AFTER: Order = order(0, 1, 5);

/// Orders of those who go last, and with them all who could ask.
pub(super) const LAST: [Order; 2] = [order(1, 0, 6), order(0, 1, 7)];

/// How many ask at once, of whom those who find no room wait: more than any queue that is meant to be short has room for.
pub(super) const CROWD: usize = 1000;

/// How many ask at once and are all answered: more than there is room for. Not more, since each turn without any time passing
/// counts against them.
pub(super) const ANSWERED: usize = 100;

/// Longer than anybody would guess who has no patience.
const LONG: Duration = Duration::from_secs(60);

const fn order(from: usize, to: usize, amount: i64) -> Order {
    Order { from, to, amount }
}

/// An answer, or the words of a panic on the way to it.
pub(super) type Answer = Result<Result<(), Refused>, String>;

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Served {
    pub(super) answers: Vec<Answer>,
    /// How many orders the vault was done with when the first, the second answer came, and so on.
    pub(super) done: Vec<usize>,
    /// The vault when all were answered.
    pub(super) then: Noted,
    /// The vault some time after those had gone who did not wait.
    pub(super) left: Noted,
    /// The answer after that.
    pub(super) after: Answer,
    /// The vault some time after the last who could ask has gone.
    pub(super) end: Noted,
}

/// What became of two crowds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Crowds {
    /// How many orders of [`CROWD`] were taken in before the vault was done with the first.
    pub(super) taken_in: usize,
    /// What each of [`ANSWERED`] was answered.
    pub(super) answers: Vec<Answer>,
}

async fn said(asks: impl Future<Output = Result<(), Refused>>) -> Answer {
    match panics::catch_async(asks).await {
        Ok(answer) => Ok(answer),
        // A part that is not written yet says so itself.
        Err(payload) if panics::not_written(&*payload).is_some() => {
            std::panic::resume_unwind(payload)
        }
        Err(payload) => Err(panics::message(&*payload)),
    }
}

/// Orders, good ones and bad; then those who go before the answer; then one more; then nobody.
pub(super) async fn serve<T, A>(
    open_teller: impl Fn(Vault) -> T,
    ask: impl Fn(T, Order) -> A,
) -> Served
where
    T: Clone,
    A: Future<Output = Result<(), Refused>>,
{
    let vault = Vault::open([100, 50, 0]);
    let noted = vault.noted();
    let look = || noted.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let teller = open_teller(vault);
    let mut done = vec![];
    let answers = ASKED.map(|(order, _)| {
        let answer = said(ask(teller.clone(), order));
        async { (answer.await, look().ended.len()) }
    });
    let answers = join_all(answers).await.into_iter();
    let answers = answers.map(|(answer, count)| {
        done.push(count);
        answer
    });
    let answers = answers.collect();
    done.sort();
    // A teller that would rather go than wait for the next has gone by then.
    sleep(TRIP).await;
    let then = look();
    // That they are not answered is what we want.
    let leave = LEFT.map(|order| said(ask(teller.clone(), order)));
    let _gone = timeout(TRIP / 2, join_all(leave)).await;
    sleep(TRIP * 4).await;
    let left = look();
    let after = said(ask(teller.clone(), AFTER)).await;
    let last = LAST.map(|order| said(ask(teller.clone(), order)));
    let _gone = timeout(TRIP / 2, join_all(last)).await;
    drop(teller);
    sleep(TRIP * 10).await;
    Served {
        answers,
        done,
        then,
        left,
        after,
        end: look(),
    }
}

/// Waits until nothing moves any more. A clock may be pushed while many are busy, so that this is so shows in what does not
/// change for a few looks in a row, and not by the time.
async fn rest(moved: impl Fn() -> usize) {
    let mut still = 0;
    while still < 5 {
        let before = moved();
        sleep(TRIP / 2).await;
        still = if moved() == before { still + 1 } else { 0 };
    }
}

/// Crowds that ask while the vault is at its first order: how many of the one are taken in, and what all of the other are
/// answered in the end.
pub(super) async fn crowds<T, A>(
    open_teller: impl Fn(Vault) -> T,
    ask: impl Fn(T, Order) -> A,
) -> Crowds
where
    T: Clone,
    A: Future<Output = Result<(), Refused>>,
{
    let polls = Cell::new(0);
    let ask_at_once = |count: usize| {
        let gate = Arc::new(Semaphore::new(0));
        let vault = Vault::open([i64::MAX / 2, 0]).behind(gate.clone());
        let noted = vault.noted();
        let teller = open_teller(vault);
        let asks = || {
            let asks = said(ask(teller.clone(), order(0, 1, 1)));
            let mut asks = Box::pin(tokio::task::unconstrained(asks));
            let polls = &polls;
            poll_fn(move |context| {
                polls.set(polls.get() + 1);
                asks.as_mut().poll(context)
            })
        };
        (join_all((0..count).map(|_| asks())), gate, noted)
    };
    let (mut crowd, gate, noted) = ask_at_once(CROWD);
    // Each comes as far as it can while the vault is at the first.
    let _early = select(&mut crowd, pin!(rest(|| polls.get()))).await;
    // Nobody of the crowd has a turn any more, so what the vault is given is what had been taken in: it waits in the queue, in a
    // task, wherever the teller has put it.
    gate.close();
    let given = || {
        let noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
        noted.orders.len()
    };
    rest(given).await;
    let taken_in = given();
    drop(crowd);
    let (mut crowd, gate, _) = ask_at_once(ANSWERED);
    // The first of them takes long, and nobody goes.
    let early = match select(&mut crowd, pin!(sleep(LONG))).await {
        Either::Left((answers, _)) => Some(answers),
        Either::Right(_) => None,
    };
    gate.close();
    Crowds {
        taken_in,
        answers: match early {
            Some(answers) => answers,
            None => crowd.await,
        },
    }
}
