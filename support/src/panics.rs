//! Runs code whose panic is expected, without the panic's report on standard error.
//!
//! The report is written by the process's panic hook before any `catch_unwind` sees the panic. We put one hook in front
//! of the one that is there: it stays silent on threads that asked for silence and passes everything else on. A thread
//! asks with a [`Silence`], so a panic elsewhere in the kernel is reported as ever.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::panic::{self, AssertUnwindSafe};
use std::pin::pin;
use std::sync::Once;
use std::task::Poll;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// The words and the places of this thread's panics that were not reported.
    static PLACES: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
}

/// While it lives, panics of the current thread are not reported.
pub(crate) struct Silence(());

impl Silence {
    pub(crate) fn new() -> Self {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let previous = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                if DEPTH.get() == 0 {
                    previous(info);
                } else if let Some(place) = info.location() {
                    note_place(message(info.payload()), place.to_string());
                }
            }));
        });
        DEPTH.set(DEPTH.get() + 1);
        Silence(())
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

/// Keeps the first few; a thread that ends has nowhere to keep them.
fn note_place(words: String, place: String) {
    let _ = PLACES.try_with(|places| {
        if let Ok(mut places) = places.try_borrow_mut()
            && places.len() < 8
        {
            places.push((words, place));
        }
    });
}

/// Forgets where panics of this thread happened.
pub(crate) fn forget_places() {
    PLACES.take();
}

/// Where the first panic of this thread happened whose words begin so.
pub(crate) fn place_of(start: &str) -> Option<String> {
    PLACES.with_borrow(|places| {
        let found = places.iter().find(|(words, _)| words.starts_with(start));
        found.map(|(_, place)| place.clone())
    })
}

/// What a panic carried.
pub(crate) type Payload = Box<dyn Any + Send>;

/// Runs `work` and returns its panic, unreported, as an error.
pub(crate) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, Payload> {
    let _silence = Silence::new();
    panic::catch_unwind(AssertUnwindSafe(work))
}

/// Polls `future` to its end and returns its panic, unreported, as an error.
///
/// The silence holds during each poll only, so that other tasks of the same thread keep their reports.
pub(crate) async fn catch_async<T>(future: impl Future<Output = T>) -> Result<T, Payload> {
    let mut future = pin!(future);
    std::future::poll_fn(|context| match catch(|| future.as_mut().poll(context)) {
        Ok(poll) => poll.map(Ok),
        Err(payload) => Poll::Ready(Err(payload)),
    })
    .await
}

/// The words of a panic.
pub(crate) fn message(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic whose payload is not text".to_owned()
    }
}

/// The task in words, where a panic came from a `todo!` that nobody has replaced yet.
pub(crate) fn not_written(payload: &(dyn Any + Send)) -> Option<String> {
    let text = message(payload);
    let rest = text.strip_prefix("not yet implemented")?;
    Some(rest.strip_prefix(": ").unwrap_or(rest).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_returned_with_its_words() {
        let payload = catch(|| panic!("the {} is on fire", "roof")).expect_err("it panics");
        assert_eq!(message(&*payload), "the roof is on fire");
        assert_eq!(DEPTH.get(), 0, "the silence ends with the call");
    }

    #[test]
    fn a_todo_is_told_from_other_panics() {
        let todo = catch(|| panic!("not yet implemented: wait")).expect_err("it panics");
        assert_eq!(not_written(&*todo).as_deref(), Some("wait"));
        let other = catch(|| panic!("boom")).expect_err("it panics");
        assert_eq!(not_written(&*other), None);
    }

    #[tokio::test]
    async fn an_async_panic_is_returned_and_the_rest_goes_on() {
        let outcome: Result<(), Payload> = catch_async(async {
            tokio::task::yield_now().await;
            panic!("late")
        })
        .await;
        let payload = outcome.expect_err("it panics");
        assert_eq!(message(&*payload), "late");
    }
}
