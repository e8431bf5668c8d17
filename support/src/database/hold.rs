//! Keeps a paused clock where it is while the engine works.
//!
//! The engine answers on a thread of its own, for which a paused clock does not wait: it would jump to the next timer, be
//! it a time-out of half a minute around the query. Tokio's clock waits for blocking tasks, so one stands for the engine.

use std::sync::mpsc;

/// While it lives, a paused clock stands.
#[derive(Debug)]
pub(super) struct Hold {
    _until_dropped: Option<mpsc::Sender<()>>,
}

impl Hold {
    /// Nothing where the clock is nobody's but ours.
    pub(super) fn new(paused: bool) -> Self {
        let hold = paused.then(|| {
            let (sender, receiver) = mpsc::channel::<()>();
            drop(tokio::task::spawn_blocking(move || receiver.recv()));
            sender
        });
        Hold {
            _until_dropped: hold,
        }
    }
}
