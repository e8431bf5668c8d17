//! What the notebooks of the async lab call.
//!
//! In reading order:
//!
//! 1. [`timing`] measures a synchronous or an asynchronous piece of work and compares the two.
//! 2. [`timeline`] records when each future was polled and when it waited, and what a program says of itself by `tracing`.
//! 3. [`chart`] draws both, as bars and as lanes, and how a time grows with a count.
//! 4. [`display`] hands a figure, a table or a report to the notebook, as rich and as plain text together.
//! 5. [`gauge`] follows a count, such as the length of a queue; [`machine`] asks for memory, [`asyncio`] for Python's time.
//! 6. [`pitfall`] runs something that may go wrong and shows how it did.
//! 7. [`check`] judges a learner's answer to an exercise and says why.
//! 8. [`server`] is a local HTTP service that misbehaves on request and counts what it saw.
//! 9. [`database`] is SQLite with the round trip of a remote server, and a log of what it saw.
//! 10. [`files`] is a notebook's own folder, and a device that is slower than yours.
//! 11. [`pipeline`] is what exercise 5's pipeline is given.
//! 12. [`reactor`] waits for moments, and wakes: what a future that is written by hand is given.
//! 13. [`bank`] has accounts that many tasks use, [`locks`] the mutexes around them, which show in a timeline.
//! 14. [`desk`] is what exercise 8's service is given: an input whose bytes come in pieces, and a desk that handles lines.
//! 15. [`service`] is the chat room of exercise 9: its rules, its clients, and the load that they make.
//! 16. [`riddle`] has programs with a mistake, of which one sees a figure and no code.
//! 17. [`progress`] says how far long work has come.
//! 18. [`solved`] remembers which exercises are solved.
//!
//! `use support::*;` is how a notebook begins. The glob brings the modules, the types that cells name, and the crates
//! that cells use. It leaves out `tokio`, which each notebook names as a dependency of its own (see the crate
//! `support-tokio`): a second `tokio` from here would make `tokio::join!` ambiguous.

pub mod asyncio;
pub mod bank;
pub mod chart;
pub mod check;
pub mod database;
pub mod desk;
pub mod display;
pub mod files;
pub mod gauge;
pub mod kernel;
pub mod locks;
pub mod machine;
mod panics;
pub mod pipeline;
pub mod pitfall;
pub mod progress;
mod protocol;
pub mod reactor;
pub mod riddle;
pub mod server;
pub mod service;
pub mod solved;
mod threads;
pub mod timeline;
pub mod timing;
mod waker;

pub use chart::Figure;
pub use display::Table;
pub use gauge::Gauge;
pub use pitfall::Pitfall;
pub use timeline::Timeline;
pub use timing::{Comparison, Timing};
pub use {axum, futures, reqwest, serde, serde_json, tokio_util};

/// Crates that notebooks reach under another road than `use support::*`.
pub mod crates {
    pub use tokio;
}
