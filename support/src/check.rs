//! Judges a learner's answer and says why.
//!
//! One file per exercise. Each check runs the learner's own functions, observes what they did, and turns the observation
//! into a [`Report`] by a pure function. No verdict depends on how fast the machine is: what is made of waits runs on
//! a paused clock, where virtual time stands still unless every task waits.

mod async_resources;
mod common;
mod concurrent_tasks;
mod data_pipeline;
mod first_async_function;
mod http_requests;
mod observe;
mod report;

pub use crate::async_resources;
pub use async_resources::{Work, async_resources};
pub use concurrent_tasks::{Job, concurrent_tasks};
pub use data_pipeline::data_pipeline;
pub use first_async_function::first_async_function;
pub use http_requests::http_requests;
pub use report::{Code, Finding, MIME, Report};
