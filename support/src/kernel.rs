//! What the lab's kernel brings into each cell, under no name.

mod cancel;
#[cfg(unix)]
mod process;

use std::any::Any;
use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::panic;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio::runtime::Runtime;

#[cfg(unix)]
pub use process::{returned, start};

/// Whether what this process writes goes to the lab's kernel.
pub(crate) fn is_the_labs() -> bool {
    TAKEN_OVER.load(Ordering::Relaxed)
}

/// Whether the lab's kernel reads what this process writes.
static TAKEN_OVER: AtomicBool = AtomicBool::new(false);

/// What a cell that is interrupted while it awaits unwinds with. No hook hears of it.
struct Interrupted;

/// Runs a cell's future on the kernel's runtime, with less to compile.
///
/// Once a notebook has awaited, the kernel wraps every cell in `runtime.lock()….block_on(async { … })`. Tokio's
/// `block_on` is generic: rustc makes a copy of it, with its schedulers, for the future of every single cell, which takes
/// longer than all the rest of most cells. Methods of the guard are found before those of what it guards. So with this
/// trait in scope the same call leads here, and on to a copy of Tokio's that was compiled once, with the library.
///
/// A cell that is interrupted while it awaits is cancelled as any future is: it is not polled again, and dropped.
pub trait BlockOn {
    /// Like [`Runtime::block_on`].
    ///
    /// # Panics
    ///
    /// As Tokio's does: within a runtime.
    fn block_on<F: Future>(&self, future: F) -> F::Output;
}

impl BlockOn for MutexGuard<'_, Runtime> {
    #[track_caller]
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        // Where the future is dropped without having ended, what it holds finds the runtime.
        let _context = self.enter();
        let mut future = pin!(future);
        let mut output = None;
        drive(self, &mut |context| {
            future
                .as_mut()
                .poll(context)
                .map(|value| output = Some(value))
        });
        output.unwrap_or_else(|| panic::resume_unwind(Box::new(Interrupted)))
    }
}

/// Polls until it is ready, or interrupted.
#[track_caller]
fn drive(runtime: &Runtime, poll: &mut dyn FnMut(&mut Context<'_>) -> Poll<()>) {
    runtime.block_on(poll_fn(|context| {
        if cancel::is_cancelled(context) {
            return Poll::Ready(());
        }
        poll(context)
    }));
}

/// What the kernel keeps a notebook's variables in, by their names.
type Variables = HashMap<String, Box<dyn Any>>;

/// What the kernel keeps its runtime in.
type Kept = Arc<Mutex<Runtime>>;

/// Uses a map of variables as cells do, so that their code is compiled here, once.
///
/// Without optimisation, rustc does not compile a generic function again that a library has compiled for the same types.
/// Cells store and load their variables in a map, and never let go of the runtime that lies in it: half of what a cell
/// would otherwise compile. Nothing calls this.
#[doc(hidden)]
#[inline(never)]
pub fn compiled_once(
    name: &str,
    value: Box<dyn Any>,
    more: &mut Variables,
    runtime: Kept,
) -> Option<Kept> {
    let mut variables = Box::new(Variables::new());
    variables.insert(name.to_owned(), value);
    variables.extend(more.drain());
    let text = variables
        .get(name)
        .and_then(|value| value.downcast_ref::<String>());
    let named = text.map(String::as_str) == Some(name);
    drop(
        variables
            .remove(name)
            .filter(|_| named)
            .map(Box::<dyn Any>::downcast::<String>),
    );
    let kept = variables
        .entry(name.to_owned())
        .or_insert_with(|| Box::new(runtime))
        .downcast_mut::<Kept>()
        .map(|kept| Arc::clone(kept));
    drop(kept.as_ref().map(|kept| {
        kept.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .handle()
            .clone()
    }));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::AssertUnwindSafe;
    use std::thread;
    use std::time::Duration;

    /// Says that it was dropped, by a task: outside of a runtime there are none.
    struct Dropped(Arc<AtomicBool>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            let dropped = self.0.clone();
            drop(tokio::spawn(async move {
                dropped.store(true, Ordering::SeqCst);
            }));
        }
    }

    #[test]
    fn an_interrupt_drops_what_awaits_and_nothing_that_comes_later() {
        let runtime = Mutex::new(Runtime::new().expect("a runtime"));
        let dropped = Arc::new(AtomicBool::new(false));
        let held = Dropped(dropped.clone());
        thread::spawn(|| {
            thread::sleep(Duration::from_millis(50));
            cancel::cancel();
        });
        let interrupted = panic::catch_unwind(AssertUnwindSafe(|| {
            runtime.lock().expect("ours").block_on(async {
                std::future::pending::<()>().await;
                drop(held);
            });
        }));
        assert!(interrupted.is_err_and(|payload| payload.is::<Interrupted>()));
        cancel::allow();
        let guard = runtime.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(guard.block_on(async { 1 + 1 }), 2);
        while !dropped.load(Ordering::SeqCst) {
            thread::yield_now();
        }
    }
}
