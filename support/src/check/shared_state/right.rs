//! What orders must return, and the accounts after them.

use crate::bank::{LIMIT, Order, Refused};

/// What a transfer returns.
pub(super) type Result = std::result::Result<(), Refused>;

/// What an order must return, and the accounts after it.
pub(super) fn carried_out(balances: &mut [i64], order: Order) -> Result {
    if order.amount > LIMIT {
        return Err(Refused::Declined);
    }
    if order.from != order.to && balances[order.from] < order.amount {
        return Err(Refused::Funds);
    }
    balances[order.from] -= order.amount;
    balances[order.to] += order.amount;
    Ok(())
}

/// What an order must return whatever the accounts hold, where that is so.
pub(super) fn whatever_they_hold(order: Order) -> Option<Result> {
    if order.amount > LIMIT {
        return Some(Err(Refused::Declined));
    }
    (order.from == order.to).then_some(Ok(()))
}

/// Whether orders ended as if one had been carried out after the other, in whichever order.
pub(super) fn in_turn(before: &[i64], orders: &[Order], results: &[Result], after: &[i64]) -> bool {
    let mut left: Vec<usize> = (0..orders.len()).collect();
    permuted(&mut left, 0, &|turns| {
        let mut now = before.to_vec();
        let mut went = vec![Ok(()); turns.len()];
        for turn in turns {
            went[*turn] = carried_out(&mut now, orders[*turn]);
        }
        went == results && now == after
    })
}

/// Whether one of the permutations of what stands behind `fixed` places is right.
fn permuted(turns: &mut [usize], fixed: usize, right: &dyn Fn(&[usize]) -> bool) -> bool {
    if fixed == turns.len() {
        return right(turns);
    }
    (fixed..turns.len()).any(|place| {
        turns.swap(fixed, place);
        let found = permuted(turns, fixed + 1, right);
        turns.swap(fixed, place);
        found
    })
}
