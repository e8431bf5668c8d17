//! Where a piece of code makes its first timer.
//!
//! A timer that was made and never awaited leaves no trace, and one function that waits by itself looks like one that
//! calls another that waits. But on a runtime without timers, making one panics, and the panic names the line.

use crate::panics::{self, Silence};
use std::future::{Future, poll_fn};
use std::task::Poll;
use std::thread;

/// Tokio's words where there are no timers.
const NO_TIMERS: &str = "A Tokio 1.x context was found, but timers are disabled";

/// Turns after which we do not go on: without timers, others may wait in vain.
const TURNS: usize = 50;

/// The place, such as `src/lib.rs:7:5`; nothing where no timer is made. Only for code that was seen to come back.
pub(in crate::check) fn first_timer<T, W>(
    start: impl FnOnce() -> W + Send + 'static,
) -> Option<String>
where
    T: Send + 'static,
    W: Future<Output = T>,
{
    let work = move || {
        let _silence = Silence::new();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .ok()?;
        panics::forget_places();
        runtime.block_on(async {
            let mut work = Box::pin(panics::catch_async(async { start().await }));
            let mut turns = 0;
            poll_fn(|context| {
                turns += 1;
                context.waker().wake_by_ref();
                match work.as_mut().poll(context) {
                    Poll::Pending if turns < TURNS => Poll::Pending,
                    _ => Poll::Ready(()),
                }
            })
            .await;
        });
        let place = panics::place_of(NO_TIMERS);
        runtime.shutdown_background();
        place
    };
    thread::spawn(work).join().ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    async fn waits() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    #[test]
    fn a_timer_has_the_place_where_it_is_made() {
        let made = first_timer(waits);
        assert!(made.is_some());
        assert_eq!(
            made,
            first_timer(|| async { futures::join!(waits(), waits()) })
        );
        assert_eq!(
            made,
            first_timer(|| async { drop(tokio::spawn(waits()).await) })
        );
        let own = first_timer(|| tokio::time::sleep(Duration::from_millis(1)));
        assert!(own.is_some() && own != made, "{own:?} {made:?}");
    }

    #[test]
    fn a_timer_shows_even_where_nobody_awaits_it() {
        let made = first_timer(|| async {
            drop(tokio::time::sleep(Duration::from_millis(1)));
        });
        assert!(made.is_some());
        assert_eq!(
            first_timer(|| async { tokio::task::yield_now().await }),
            None
        );
    }
}
