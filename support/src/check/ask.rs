//! What a learner's function must return, in words that the compiler says where it does not.
//!
//! Without these traits, a function that is not `async` is told as "`String` is not a future", without its name. A kernel
//! shows the message alone where the error is not in the learner's own text, so the cure stands in it.

use crate::bank::Refused;
use crate::database::Error;
use crate::server::{Post, User};
use std::future::Future;
use std::io;
use std::time::Duration;

/// What `fetch` returns.
#[diagnostic::on_unimplemented(
    message = "`fetch` does not return a future of a `String`, but `{Self}`: it must be `async fn fetch(id: u32) -> String`, without `#[tokio::main]`",
    label = "this is what `fetch` returns",
    note = "without `async`, or with `#[tokio::main]` above it, a function runs to its end when it is called and returns no future",
    note = "hint: write `async fn`, without `#[tokio::main]`, run its cell, and run the check again"
)]
pub trait Fetch: Future<Output = String> {}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = String>> Fetch for F {}

/// What `fetch_all` returns.
#[diagnostic::on_unimplemented(
    message = "`fetch_all` does not return a future of a `Vec<String>`, but `{Self}`: it must be `async fn fetch_all(ids: Vec<u32>) -> Vec<String>`, without `#[tokio::main]`",
    label = "this is what `fetch_all` returns",
    note = "without `async`, or with `#[tokio::main]` above it, a function runs to its end when it is called and returns no future",
    note = "hint: write `async fn`, without `#[tokio::main]`, run its cell, and run the check again"
)]
pub trait FetchAll: Future<Output = Vec<String>> {}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = Vec<String>>> FetchAll for F {}

/// What `fetch_users` returns.
#[diagnostic::on_unimplemented(
    message = "`fetch_users` does not return a future of a `Vec<User>`, but `{Self}`: it must be `async fn fetch_users(ids: Vec<u32>) -> Vec<User>`, without `#[tokio::main]`",
    label = "this is what `fetch_users` returns",
    note = "without `async`, or with `#[tokio::main]` above it, a function runs to its end when it is called and returns no future",
    note = "hint: write `async fn`, without `#[tokio::main]`, run its cell, and run the check again"
)]
pub trait FetchUsers: Future<Output = Vec<User>> {}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = Vec<User>>> FetchUsers for F {}

/// What `run_all` returns.
#[diagnostic::on_unimplemented(
    message = "`run_all` does not return a future of results, but `{Self}`: it must be `async fn run_all(jobs: Vec<Job>) -> Vec<Result<String, String>>`, without `#[tokio::main]`",
    label = "this is what `run_all` returns",
    note = "without `async`, or with `#[tokio::main]` above it, a function runs to its end when it is called and returns no future",
    note = "hint: write `async fn`, without `#[tokio::main]`, run its cell, and run the check again"
)]
pub trait RunAll<E>: Future<Output = Vec<Result<String, E>>> {}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = Vec<Result<String, E>>>, E> RunAll<E> for F {}

/// What `fetch_all` returns.
#[diagnostic::on_unimplemented(
    message = "`fetch_all` does not return a future of a result for each post, but `{Self}`: it must be `async fn fetch_all(client: Client, urls: Vec<String>) -> Vec<reqwest::Result<Post>>`, without `#[tokio::main]`",
    label = "this is what `fetch_all` returns",
    note = "without `async`, or with `#[tokio::main]` above it, a function runs to its end when it is called and returns no future",
    note = "hint: write `async fn`, without `#[tokio::main]`, run its cell, and run the check again"
)]
pub trait FetchPosts<E>: Future<Output = Vec<Result<Post, E>>> {}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = Vec<Result<Post, E>>>, E> FetchPosts<E> for F {}

/// What `with_connection` returns.
#[diagnostic::on_unimplemented(
    message = "`with_connection` does not return a future of the result of its work, but `{Self}`: it must be `async fn with_connection<T>(database: &Database, work: impl AsyncFnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error>`, without `#[tokio::main]`",
    label = "this is what `with_connection` returns",
    note = "without `async`, or with `#[tokio::main]` above it, a function runs to its end when it is called and returns no future",
    note = "hint: write `async fn`, without `#[tokio::main]`, run its cell, and run the check again"
)]
pub trait WithConnection: Future<Output = Result<i64, Error>> {}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = Result<i64, Error>>> WithConnection for F {}

/// What `pipeline` returns.
#[diagnostic::on_unimplemented(
    message = "`pipeline` does not return a future of a result for each item, but `{Self}`: it must be `async fn pipeline(given: Given) -> Vec<Result<u32, Failed>>`, without `#[tokio::main]`",
    label = "this is what `pipeline` returns",
    note = "without `async`, or with `#[tokio::main]` above it, a function runs to its end when it is called and returns no future",
    note = "hint: write `async fn`, without `#[tokio::main]`, run its cell, and run the check again"
)]
pub trait Pipeline<E>: Future<Output = Vec<Result<u32, E>>> {}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = Vec<Result<u32, E>>>, E> Pipeline<E> for F {}

/// What `load_users` returns.
#[diagnostic::on_unimplemented(
    message = "`load_users` does not return a future of users, or of an error, but `{Self}`: it must be `async fn load_users(connection: &Connection, ids: Vec<u32>) -> Result<Vec<User>, Error>`, without `#[tokio::main]`",
    label = "this is what `load_users` returns",
    note = "without `async`, or with `#[tokio::main]` above it, a function runs to its end when it is called and returns no future",
    note = "hint: write `async fn`, without `#[tokio::main]`, run its cell, and run the check again"
)]
pub trait LoadUsers: Future<Output = Result<Vec<User>, Error>> {}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = Result<Vec<User>, Error>>> LoadUsers for F {}

/// What `timer` returns.
#[diagnostic::on_unimplemented(
    message = "`timer` does not return a future of `()`, but `{Self}`: it must be `fn timer(reactor: Reactor, wait: Duration) -> Timer`",
    label = "this is what `timer` returns",
    note = "hint: write `impl Future for …` for what it returns, with the right `type Output`, run its cell, and run the check again"
)]
pub trait Timer: Future<Output = ()> {}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = ()>> Timer for F {}

/// What `join` returns.
#[diagnostic::on_unimplemented(
    message = "`join` does not return a future of both values, but `{Self}`: it must be `fn join<A: Future, B: Future>(first: A, second: B) -> Join<A, B>`",
    label = "this is what `join` returns",
    note = "hint: write `impl Future for …` for what it returns, with the right `type Output`, run its cell, and run the check again"
)]
pub trait Join: Future<Output = (u32, u32)> {}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = (u32, u32)>> Join for F {}

/// What `taken_apart` returns.
#[diagnostic::on_unimplemented(
    message = "`taken_apart` does not return a future of `[Duration; 2]`, but `{Self}`: it must be `fn taken_apart(reactor: Reactor, step: Duration) -> TwoWaits`",
    label = "this is what `taken_apart` returns",
    note = "hint: write `impl Future for …` for what it returns, with the right `type Output`, run its cell, and run the check again"
)]
pub trait TakenApart: Future<Output = [Duration; 2]> {}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = [Duration; 2]>> TakenApart for F {}

/// What `transfer` returns.
#[diagnostic::on_unimplemented(
    message = "`transfer` does not return a future of a result, but `{Self}`: it must be `async fn transfer(bank: Bank, order: Order) -> Result<(), Refused>`, without `#[tokio::main]`",
    label = "this is what `transfer` returns",
    note = "without `async`, or with `#[tokio::main]` above it, a function runs to its end when it is called and returns no future",
    note = "hint: write `async fn`, without `#[tokio::main]`, run its cell, and run the check again"
)]
pub trait Transfer: Future<Output = Result<(), Refused>> {}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = Result<(), Refused>>> Transfer for F {}

/// What `transfer_remote` returns.
#[diagnostic::on_unimplemented(
    message = "`transfer_remote` does not return a future of a result, but `{Self}`: it must be `async fn transfer_remote(bank: RemoteBank, order: Order) -> Result<(), Refused>`, without `#[tokio::main]`",
    label = "this is what `transfer_remote` returns",
    note = "without `async`, or with `#[tokio::main]` above it, a function runs to its end when it is called and returns no future",
    note = "hint: write `async fn`, without `#[tokio::main]`, run its cell, and run the check again"
)]
pub trait TransferRemote: Future<Output = Result<(), Refused>> {}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = Result<(), Refused>>> TransferRemote for F {}

/// What `ask` returns.
#[diagnostic::on_unimplemented(
    message = "`ask` does not return a future of a result, but `{Self}`: it must be `async fn ask(teller: Teller, order: Order) -> Result<(), Refused>`, without `#[tokio::main]`",
    label = "this is what `ask` returns",
    note = "without `async`, or with `#[tokio::main]` above it, a function runs to its end when it is called and returns no future",
    note = "hint: write `async fn`, without `#[tokio::main]`, run its cell, and run the check again"
)]
pub trait Ask: Future<Output = Result<(), Refused>> {}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = Result<(), Refused>>> Ask for F {}

/// What `next_line` returns.
#[diagnostic::on_unimplemented(
    message = "`next_line` does not return a future of a line, or of an error, but `{Self}`: it must be `async fn next_line(input: &mut Input) -> io::Result<Option<String>>`, without `#[tokio::main]`",
    label = "this is what `next_line` returns",
    note = "without `async`, or with `#[tokio::main]` above it, a function runs to its end when it is called and returns no future",
    note = "hint: write `async fn`, without `#[tokio::main]`, run its cell, and run the check again"
)]
pub trait NextLine: Future<Output = io::Result<Option<String>>> {}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = io::Result<Option<String>>>> NextLine for F {}

/// What `serve` returns.
#[diagnostic::on_unimplemented(
    message = "`serve` does not return a future of `Ok(())`, or of an error, but `{Self}`: it must be `async fn serve(input: &mut Input, desk: Desk, stop: CancellationToken) -> io::Result<()>`, without `#[tokio::main]`",
    label = "this is what `serve` returns",
    note = "without `async`, or with `#[tokio::main]` above it, a function runs to its end when it is called and returns no future",
    note = "hint: write `async fn`, without `#[tokio::main]`, run its cell, and run the check again"
)]
pub trait Serve: Future<Output = io::Result<()>> {}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = io::Result<()>>> Serve for F {}

/// What `serve` returns.
#[diagnostic::on_unimplemented(
    message = "`serve` does not return a future of `io::Result<()>` that a task can run, but `{Self}`: it must be `async fn serve(listener: Listener, stop: CancellationToken) -> io::Result<()>`",
    label = "this is what `serve` returns",
    note = "hint: write `async fn`, run its cell, and run the check again"
)]
pub trait ServeRoom: Future<Output = io::Result<()>> + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = io::Result<()>> + Send + 'static> ServeRoom for F {}

/// What `test` returns.
#[diagnostic::on_unimplemented(
    message = "`test` does not return a future of `()`, but `{Self}`: it must be `async fn test(room: Room)`",
    label = "this is what `test` returns",
    note = "hint: write `async fn`, without a value at its end, run its cell, and run the check again"
)]
pub trait TestRoom: Future<Output = ()> {}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = ()>> TestRoom for F {}

/// Awaits it; names what is wrong where `with_connection` does not return a future.
///
/// # Errors
///
/// Those of the future.
pub async fn with_connection(future: impl WithConnection) -> Result<i64, Error> {
    future.await
}

/// Awaits it; names what is wrong where `load_users` does not return a future.
///
/// # Errors
///
/// Those of the future.
pub async fn load_users(future: impl LoadUsers) -> Result<Vec<User>, Error> {
    future.await
}

/// Awaits it; names what is wrong where `next_line` does not return a future.
///
/// # Errors
///
/// Those of the future.
pub async fn next_line(future: impl NextLine) -> io::Result<Option<String>> {
    future.await
}

/// Awaits it; names what is wrong where `serve` does not return a future.
///
/// # Errors
///
/// Those of the future.
pub async fn serve(future: impl Serve) -> io::Result<()> {
    future.await
}
