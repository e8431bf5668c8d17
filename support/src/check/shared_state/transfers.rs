//! Runs of a transfer: alone, in many orders with others, and with others on a clock that only waiting moves.

use super::right::{Result, carried_out, in_turn};
use crate::bank::{Asked, Order, Seen, TRIP};
use crate::check::interleave::{self, Bounds, End, Played, Round};
use crate::check::observe::observe;
use crate::check::run::{Ended, Run};
use crate::timeline::{Lane, Timeline};
use futures::future::{FutureExt, join_all};
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::panic::resume_unwind;
use std::pin::pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::time::Instant;

/// One order, and what the accounts hold before it.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) balances: &'static [i64],
    pub(super) order: Order,
}

const fn order(from: usize, to: usize, amount: i64) -> Order {
    Order { from, to, amount }
}

/// Orders that are carried out alone. None from an account to itself: who locks twice would hold the thread for ever, and in a
/// scene that is seen.
pub(super) const CASES: [Case; 4] = [
    Case {
        balances: &[100, 50, 20],
        order: order(0, 1, 30),
    },
    Case {
        balances: &[100, 50, 20],
        order: order(2, 0, 20),
    },
    Case {
        balances: &[100, 50, 20],
        order: order(1, 2, 51),
    },
    Case {
        balances: &[5000, 50, 20],
        order: order(0, 1, 1001),
    },
];

/// Orders that are carried out at the same time, in as many ways as are allowed.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) balances: &'static [i64],
    pub(super) orders: &'static [Order],
    bounds: Bounds,
}

const ALL: Bounds = Bounds {
    drawn: 10,
    most: 3000,
    interrupted: usize::MAX,
};

/// There and back, between neighbours and others; twice from an account that has enough for one, which is locked first, or last; from an account to itself,
/// also for more than the limit, and for more than it has; round in a circle.
pub(super) const SCENES: [Scene; 7] = [
    Scene {
        balances: &[100, 100],
        orders: &[order(0, 1, 30), order(1, 0, 50)],
        bounds: ALL,
    },
    Scene {
        balances: &[100, 0, 100],
        orders: &[order(0, 2, 30), order(2, 0, 50)],
        bounds: ALL,
    },
    Scene {
        balances: &[50, 0, 0],
        orders: &[order(0, 1, 40), order(0, 2, 40)],
        bounds: ALL,
    },
    Scene {
        balances: &[0, 0, 50],
        orders: &[order(2, 0, 40), order(2, 1, 40)],
        bounds: ALL,
    },
    Scene {
        balances: &[100, 50],
        orders: &[order(0, 0, 40), order(0, 1, 30)],
        bounds: ALL,
    },
    Scene {
        balances: &[5000, 50],
        orders: &[order(0, 0, 1001), order(1, 1, 60)],
        bounds: ALL,
    },
    Scene {
        balances: &[100, 100, 100],
        orders: &[order(0, 1, 10), order(1, 2, 20), order(2, 0, 30)],
        bounds: Bounds {
            drawn: 20,
            most: 200,
            interrupted: 2,
        },
    },
];

/// What runs together on the clock: two pairs that have no account in common, one between the other, there and back.
pub(super) const TOGETHER: [Order; 4] = [
    order(0, 3, 10),
    order(1, 2, 10),
    order(3, 0, 10),
    order(2, 1, 10),
];

/// What one order did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alone {
    pub(super) result: Result,
    pub(super) balances: Option<Vec<i64>>,
    pub(super) asked: Asked,
    /// An account that nobody had locked had another balance, and it was not said yet whether the order may be carried out.
    pub(super) early: bool,
    /// For how long a lock was still held after the last change.
    pub(super) late: Duration,
}

impl Alone {
    /// Whether a lock was held for longer than the changes took.
    pub(super) fn holds_too_long(&self) -> bool {
        self.late >= TRIP / 2
    }
}

/// What many orders of a scene did.
#[derive(Debug)]
pub(super) struct Tried {
    pub(super) scene: &'static Scene,
    pub(super) tried: usize,
    /// Whether all orders of turns were tried that there are.
    pub(super) all: bool,
    /// The first that went wrong.
    pub(super) wrong: Option<Wrong>,
}

/// What is not as it must be.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) played: Played<Result>,
    /// What the accounts held after it.
    pub(super) balances: Option<Vec<i64>>,
    /// An order that succeeded, and of which nobody had said that it may.
    pub(super) unasked: Option<Order>,
}

/// What orders did on the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Together {
    pub(super) asked: Asked,
    pub(super) lanes: Vec<Lane>,
}

/// All that was seen of a function for transfers.
#[derive(Debug, Default)]
pub(super) struct Transfers {
    pub(super) alone: Vec<(&'static Case, Run<Alone>)>,
    pub(super) tried: Vec<Tried>,
    pub(super) together: Option<Run<Together>>,
}

impl Transfers {
    /// How many orders of turns were tried.
    pub(super) fn count(&self) -> usize {
        self.tried.iter().map(|tried| tried.tried).sum()
    }

    /// Whether all orders of turns were tried that two transfers have.
    pub(super) fn all_of_two(&self) -> bool {
        let mut two = self
            .tried
            .iter()
            .filter(|tried| tried.scene.orders.len() == 2);
        two.all(|tried| tried.all)
    }
}

/// An order that succeeded although it was not answered before whether it may.
fn unasked(scene: &Scene, played: &Played<Result>, asked: &Asked) -> Option<Order> {
    let End::All(results) = &played.end else {
        return None;
    };
    let mut ended = scene.orders.iter().zip(results);
    let found =
        ended.find(|(order, result)| **result == Ok(Ok(())) && !asked.answered.contains(order));
    found.map(|(order, _)| *order)
}

/// Whether what was played is not as it must be.
fn is_wrong(scene: &Scene, played: &Played<Result>, balances: Option<&[i64]>) -> bool {
    if played.torn.is_some() || played.parted.is_some() || played.held.is_some() {
        return true;
    }
    let End::All(results) = &played.end else {
        return true;
    };
    let results: std::result::Result<Vec<Result>, _> = results.iter().cloned().collect();
    match (results, balances) {
        (Ok(results), Some(balances)) => !in_turn(scene.balances, scene.orders, &results, balances),
        _ => true,
    }
}

/// Runs a transfer in all these ways, until something is wrong.
pub(super) fn run<B, F>(
    name: &'static str,
    open: fn(&[i64]) -> B,
    transfer: impl Fn(B, Order) -> F + Clone + Send + 'static,
) -> Transfers
where
    B: Seen + Clone + Send + Sync + 'static,
    F: Future<Output = Result> + 'static,
{
    let mut seen = Transfers::default();
    for case in &CASES {
        let transfer = transfer.clone();
        let run = observe(name, move || {
            let (bank, transfer) = (open(case.balances), transfer.clone());
            async move {
                let (mut early, mut held) = (false, None);
                let mut moves = pin!(transfer(bank.clone(), case.order));
                // We look each time it waits: who moves money before it is told, does so between two of these.
                let result = poll_fn(|context| {
                    held = bank.seen().is_none().then(Instant::now).or(held);
                    let polled = moves.as_mut().poll(context);
                    let mut each = bank.each().into_iter().zip(case.balances);
                    early |= !bank.approvals().answered.contains(&case.order)
                        && each.any(|(now, before)| now.is_some_and(|now| now != *before));
                    polled
                })
                .await;
                let late = held
                    .zip(bank.written())
                    .map(|(held, written)| held.saturating_duration_since(written));
                Alone {
                    late: late.unwrap_or_default(),
                    result,
                    balances: bank.seen(),
                    asked: bank.approvals(),
                    early,
                }
            }
        });
        let good = is_good(case, &run);
        seen.alone.push((case, run));
        if !good {
            return seen;
        }
    }
    for scene in &SCENES {
        let tried = on_a_thread(scene, open, transfer.clone());
        let good = tried.wrong.is_none();
        seen.tried.push(tried);
        if !good {
            return seen;
        }
    }
    let run = observe(name, move || {
        let (bank, transfer) = (open(&[100; 4]), transfer.clone());
        async move {
            let timeline = Timeline::new();
            let orders = TOGETHER
                .map(|order| timeline.watch(order.to_string(), transfer(bank.clone(), order)));
            join_all(orders).await;
            Together {
                asked: bank.approvals(),
                lanes: timeline.lanes(),
            }
        }
    });
    seen.together = Some(run);
    seen
}

/// Whether an order that was alone did what it must: then others may run beside it.
fn is_good(case: &Case, run: &Run<Alone>) -> bool {
    let mut balances = case.balances.to_vec();
    let wanted = carried_out(&mut balances, case.order);
    let Ended::Returned(alone) = &run.ended else {
        return false;
    };
    !run.longest.is_long()
        && !run.busy
        && alone.result == wanted
        && alone.balances.as_ref() == Some(&balances)
        && alone.asked.answered.contains(&case.order)
        && !alone.early
        && !alone.holds_too_long()
}

/// Tries a scene on a thread that no runtime knows: a notebook's own forbids others on its threads.
fn on_a_thread<B, F>(
    scene: &'static Scene,
    open: fn(&[i64]) -> B,
    transfer: impl Fn(B, Order) -> F + Clone + Send + 'static,
) -> Tried
where
    B: Seen + Clone + Send + Sync + 'static,
    F: Future<Output = Result> + 'static,
{
    let tries = thread::spawn(move || tries(scene, open, &transfer));
    tries.join().unwrap_or_else(|panic| resume_unwind(panic))
}

fn tries<B, F>(
    scene: &'static Scene,
    open: fn(&[i64]) -> B,
    transfer: &(impl Fn(B, Order) -> F + Clone + Send + 'static),
) -> Tried
where
    B: Seen + Clone + Send + Sync + 'static,
    F: Future<Output = Result> + 'static,
{
    let sum: i64 = scene.balances.iter().sum();
    let last: RefCell<Option<B>> = RefCell::new(None);
    let balances = || last.borrow().as_ref().and_then(B::seen);
    let round = || {
        let bank = open(scene.balances);
        last.replace(Some(bank.clone()));
        let tasks = scene.orders.iter().map(|order| {
            let (bank, transfer) = (bank.clone(), transfer.clone());
            let work: interleave::Work<Result> =
                Box::new(move || transfer(bank, *order).boxed_local());
            work
        });
        Round {
            tasks: tasks.collect(),
            audit: Arc::new(move || {
                let seen = bank.seen();
                seen.is_none_or(|balances| balances.iter().sum::<i64>() == sum)
            }),
        }
    };
    let of_last = |played: &Played<Result>| {
        let last = last.borrow();
        unasked(scene, played, &last.as_ref()?.approvals())
    };
    let wrong = |played: &Played<Result>| {
        is_wrong(scene, played, balances().as_deref()) || of_last(played).is_some()
    };
    let explored = interleave::explore(scene.bounds, round, wrong);
    Tried {
        scene,
        tried: explored.tried,
        all: explored.all,
        wrong: explored.wrong.map(|played| Wrong {
            balances: balances(),
            unasked: of_last(&played),
            played,
        }),
    }
}
