//! A mistake at any point of a transfer is found: at each lock, and at each await.

use super::*;
use crate::bank::{Bank, Order, Record, Refused, RemoteBank};
use crate::check::shared_state::transfers;
use crate::locks::{StdGuard, TokioGuard};

/// A mistake, and where in a transfer it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mistake {
    None,
    /// The account that pays is locked first, whatever its number.
    PaysFirst,
    /// This lock, of the two, is given back as soon as it is there, and taken again for each look and each change.
    NotHeld(usize),
    /// At this point both locks are given back and taken again.
    LetsGo(usize),
    /// At this point it waits for an approval.
    Waits(usize),
}

impl Mistake {
    fn numbers(self, order: Order) -> [usize; 2] {
        let pays_first = [order.from, order.to];
        let mut sorted = pays_first;
        sorted.sort();
        if self == Mistake::PaysFirst {
            pays_first
        } else {
            sorted
        }
    }
}

/// Points: 1 between the locks, 2 behind them, 3 behind the look, 4 between taking and giving.
async fn local(bank: Bank, order: Order, mistake: Mistake) -> Result {
    struct Hands<'a>(
        &'a Bank,
        [usize; 2],
        [Option<StdGuard<'a, i64>>; 2],
        Mistake,
    );

    impl Hands<'_> {
        fn take(&mut self, which: usize) {
            let guard = self.0.account(self.1[which]).lock();
            self.2[which] = (self.3 != Mistake::NotHeld(which)).then_some(guard);
        }

        fn change(&mut self, number: usize, by: i64) -> i64 {
            let which = usize::from(self.1[0] != number);
            let change = |balance: &mut i64| {
                *balance += by;
                *balance
            };
            match &mut self.2[which] {
                Some(held) => change(held),
                None => change(&mut self.0.account(number).lock()),
            }
        }

        async fn point(&mut self, point: usize, order: Order) {
            if self.3 == Mistake::LetsGo(point) {
                self.2 = [None, None];
                self.take(0);
                self.take(1);
            }
            if self.3 == Mistake::Waits(point) {
                assert_eq!(self.0.approve(order).await, Ok(()));
            }
        }
    }

    bank.approve(order).await?;
    if order.from == order.to {
        return Ok(());
    }
    let mut hands = Hands(&bank, mistake.numbers(order), [None, None], mistake);
    hands.take(0);
    hands.point(1, order).await;
    hands.take(1);
    hands.point(2, order).await;
    if hands.change(order.from, 0) < order.amount {
        return Err(Refused::Funds);
    }
    hands.point(3, order).await;
    hands.change(order.from, -order.amount);
    hands.point(4, order).await;
    hands.change(order.to, order.amount);
    Ok(())
}

/// Points: 1 between the locks, 2 behind them, 3 between the reads, 4 behind them, 5 between the writes.
async fn remote(bank: RemoteBank, order: Order, mistake: Mistake) -> Result {
    struct Hands<'a>(
        &'a RemoteBank,
        [usize; 2],
        [Option<TokioGuard<'a, Record>>; 2],
        Mistake,
    );

    impl Hands<'_> {
        async fn take(&mut self, which: usize) {
            let guard = self.0.account(self.1[which]).lock().await;
            self.2[which] = (self.3 != Mistake::NotHeld(which)).then_some(guard);
        }

        async fn read(&self, number: usize) -> i64 {
            match &self.2[usize::from(self.1[0] != number)] {
                Some(held) => held.read().await,
                None => self.0.account(number).lock().await.read().await,
            }
        }

        async fn write(&mut self, number: usize, balance: i64) {
            match &mut self.2[usize::from(self.1[0] != number)] {
                Some(held) => held.write(balance).await,
                None => self.0.account(number).lock().await.write(balance).await,
            }
        }

        async fn point(&mut self, point: usize, order: Order) {
            if self.3 == Mistake::LetsGo(point) {
                self.2 = [None, None];
                self.take(0).await;
                self.take(1).await;
            }
            if self.3 == Mistake::Waits(point) {
                assert_eq!(self.0.approve(order).await, Ok(()));
            }
        }
    }

    bank.approve(order).await?;
    if order.from == order.to {
        return Ok(());
    }
    let mut hands = Hands(&bank, mistake.numbers(order), [None, None], mistake);
    hands.take(0).await;
    hands.point(1, order).await;
    hands.take(1).await;
    hands.point(2, order).await;
    let has = hands.read(order.from).await;
    hands.point(3, order).await;
    let gets = hands.read(order.to).await;
    if has < order.amount {
        return Err(Refused::Funds);
    }
    hands.point(4, order).await;
    hands.write(order.from, has - order.amount).await;
    hands.point(5, order).await;
    hands.write(order.to, gets + order.amount).await;
    Ok(())
}

fn open(balances: &[i64]) -> Bank {
    Bank::open(balances.iter().copied())
}

fn open_remote(balances: &[i64]) -> RemoteBank {
    RemoteBank::open(balances.iter().copied())
}

fn found(finding: Option<Finding>) -> &'static str {
    finding.map_or("nothing", |finding| finding.code.name())
}

#[test]
fn a_mistake_at_any_point_of_a_transfer_with_locks_of_std_is_found() {
    let table = [
        (Mistake::None, "nothing"),
        (Mistake::PaysFirst, "deadlock"),
        (Mistake::NotHeld(0), "torn-transfer"),
        (Mistake::NotHeld(1), "torn-transfer"),
        (Mistake::LetsGo(3), "torn-transfer"),
        (Mistake::LetsGo(4), "torn-transfer"),
        (Mistake::Waits(1), "blocks-thread"),
        (Mistake::Waits(2), "blocks-thread"),
        (Mistake::Waits(3), "blocks-thread"),
        (Mistake::Waits(4), "blocks-thread"),
    ];
    for (mistake, expected) in table {
        let seen = transfers::run("f", open, move |bank, order| local(bank, order, mistake));
        let finding = transfers("f", &seen);
        assert_eq!(
            found(finding),
            expected,
            "{mistake:?}, {} tried",
            seen.count()
        );
    }
}

#[test]
fn a_mistake_at_any_point_of_a_transfer_with_locks_of_tokio_is_found() {
    let table = [
        (Mistake::None, "nothing"),
        (Mistake::PaysFirst, "deadlock"),
        (Mistake::NotHeld(0), "torn-transfer"),
        (Mistake::NotHeld(1), "torn-transfer"),
        (Mistake::LetsGo(3), "torn-transfer"),
        (Mistake::LetsGo(4), "torn-transfer"),
        (Mistake::LetsGo(5), "torn-transfer"),
        (Mistake::Waits(1), "lock-across-await"),
        (Mistake::Waits(2), "lock-across-await"),
        (Mistake::Waits(3), "lock-across-await"),
        (Mistake::Waits(4), "lock-across-await"),
        (Mistake::Waits(5), "lock-across-await"),
    ];
    for (mistake, expected) in table {
        let seen = transfers::run("f", open_remote, move |bank, order| {
            remote(bank, order, mistake)
        });
        let finding = transfers("f", &seen);
        assert_eq!(
            found(finding),
            expected,
            "{mistake:?}, {} tried",
            seen.count()
        );
    }
}

#[test]
fn two_transfers_are_tried_in_every_order_that_there_is() {
    let none = Mistake::None;
    let seen = transfers::run("f", open_remote, move |bank, order| {
        remote(bank, order, none)
    });
    let two = seen
        .tried
        .iter()
        .filter(|tried| tried.scene.orders.len() == 2);
    for tried in two {
        println!("{:?}: {} orders of turns", tried.scene.orders, tried.tried);
        assert!(tried.all, "{:?}: {} tried", tried.scene.orders, tried.tried);
    }
    assert!(seen.count() > 200, "{}", seen.count());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notebook_asks_the_check_inside_its_own_runtime() {
    let seen = transfers::run("f", open, |bank, order| async move {
        tokio::time::sleep(crate::bank::TRIP).await;
        local(bank, order, Mistake::None).await
    });
    assert_eq!(found(transfers("f", &seen)), "nothing");
}
