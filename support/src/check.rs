//! Judges a learner's answer and says why.
//!
//! Each check goes the same way, a module for each step and a folder for each exercise:
//!
//! 1. *Run* (`run`, `observe`): the learner's own functions, with inputs that nobody has seen, under bounds, on a clock
//!    on which waiting takes no time of ours; then they are dropped, and what they started with them.
//! 2. *Observation*: what happened, as plain data: how it ended, what it returned, how long it waited, which threads it
//!    held, what a server or a database saw.
//! 3. *Diagnosis* (`judge` of each exercise): a pure function from that data to findings. What came back is looked at first,
//!    whole and place by place; then how it came. A finding is told where it is the cause, and what follows from it is
//!    left out.
//! 4. *Words* (`words`): what was seen, why it is so, and the line to read.
//!
//! No verdict depends on how fast the machine is. The vocabulary, with an example for each word, is [`Code`].

pub mod ask;
mod async_resources;
mod code;
mod concurrent_tasks;
mod data_pipeline;
mod first_async_function;
mod future_by_hand;
mod http_requests;
mod interleave;
mod observe;
mod report;
mod run;
mod select_and_cancellation;
mod service;
mod shared_state;
mod words;

pub use crate::async_resources;
pub use crate::future_by_hand;
pub use crate::select_and_cancellation;
pub use async_resources::{Work, async_resources};
pub use code::Code;
pub use concurrent_tasks::{Job, concurrent_tasks};
pub use data_pipeline::data_pipeline;
pub use first_async_function::first_async_function;
pub use future_by_hand::{Child, future_by_hand};
pub use http_requests::http_requests;
pub use report::{Finding, Report};
pub use select_and_cancellation::select_and_cancellation;
pub use service::service;
pub use shared_state::shared_state;
