//! How a cell that awaits is interrupted: whoever polls its future looks here before each poll.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};

/// Whether the running cell is to end, and who is to be told.
#[derive(Debug)]
struct Cell {
    cancelled: bool,
    waker: Option<Waker>,
}

static CELL: Mutex<Cell> = Mutex::new(Cell {
    cancelled: false,
    waker: None,
});

fn cell() -> MutexGuard<'static, Cell> {
    CELL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A new cell runs, which nobody has interrupted.
pub(super) fn allow() {
    *cell() = Cell {
        cancelled: false,
        waker: None,
    };
}

/// Interrupts the cell that runs.
pub(super) fn cancel() {
    let waker = {
        let mut cell = cell();
        cell.cancelled = true;
        cell.waker.take()
    };
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// Whether the cell was interrupted; if not, who polls it is woken when it is.
pub(super) fn is_cancelled(context: &mut Context<'_>) -> bool {
    let mut cell = cell();
    if !cell.cancelled {
        cell.waker = Some(context.waker().clone());
    }
    cell.cancelled
}
