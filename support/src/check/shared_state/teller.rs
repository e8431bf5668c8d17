//! What a teller, and those who ask it, did.

use crate::bank::{Noted, Order, Refused, TRIP, Vault};
use crate::panics;
use futures::future::join_all;
use std::future::Future;
use std::sync::PoisonError;
use std::task::{Context, Poll, Waker};
use tokio::time::{sleep, timeout};

/// What each is answered, whoever came first.
pub(super) const ASKED: [(Order, Result<(), Refused>); 4] = [
    (order(0, 1, 30), Ok(())),
    (order(2, 1, 900), Err(Refused::Funds)),
    (order(0, 2, 2000), Err(Refused::Declined)),
    (order(1, 2, 20), Ok(())),
];

/// Who asks after somebody has gone while the teller was at work.
pub(super) const AFTER: Order = order(0, 1, 5);

/// How many ask at once, while the teller does nothing.
pub(super) const CROWD: usize = 1000;

const fn order(from: usize, to: usize, amount: i64) -> Order {
    Order { from, to, amount }
}

/// An answer, or the words of a panic on the way to it.
pub(super) type Answer = Result<Result<(), Refused>, String>;

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Served {
    pub(super) answers: Vec<Answer>,
    /// What the vault had been given when all were answered.
    pub(super) then: Noted,
    /// The answer after somebody had gone.
    pub(super) after: Answer,
    /// The vault some time after the last who could ask has gone.
    pub(super) end: Noted,
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

/// Orders, good ones and bad; then somebody who goes before the answer; then nobody.
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
    let answers = ASKED.map(|(order, _)| said(ask(teller.clone(), order)));
    let answers = join_all(answers).await;
    let then = look();
    // That it is not answered is what we want.
    let _gone = timeout(TRIP / 2, ask(teller.clone(), AFTER)).await;
    sleep(TRIP * 2).await;
    let after = said(ask(teller.clone(), AFTER)).await;
    drop(teller);
    sleep(TRIP * 10).await;
    Served {
        answers,
        then,
        after,
        end: look(),
    }
}

/// How many orders stand in the queue, of a crowd that asks while the teller does nothing.
pub(super) async fn queue<T, A>(
    open_teller: impl Fn(Vault) -> T,
    ask: impl Fn(T, Order) -> A,
) -> usize
where
    T: Clone,
    A: Future<Output = Result<(), Refused>>,
{
    let vault = Vault::open([i64::MAX / 2, 0]).at_once();
    let noted = vault.noted();
    let teller = open_teller(vault);
    let mut crowd: Vec<_> = (0..CROWD)
        .map(|_| {
            Box::pin(tokio::task::unconstrained(ask(
                teller.clone(),
                order(0, 1, 1),
            )))
        })
        .collect();
    // Each comes as far as it can. The teller has no turn meanwhile, and later they have none: so what the teller gets now
    // is what stood in the queue.
    let mut context = Context::from_waker(Waker::noop());
    let answered = crowd
        .iter_mut()
        .map(|asks| asks.as_mut().poll(&mut context))
        .filter(Poll::is_ready)
        .count();
    sleep(TRIP).await;
    let given = noted
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .orders
        .len();
    given.saturating_sub(answered)
}
