//! One call of `with_connection`, and what it did.

use super::STEP;
use crate::check::run::{Ended, ended};
use crate::database::{Connection, Database, Error, EventKind, Log, RoundTrip};
use crate::panics;
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What the work returns where it succeeds: the number of users.
pub(super) const ANSWER: i64 = 100;

/// What the work says where it panics.
pub(super) const PANIC: &str = "this work panics on purpose";

/// Work that the check hands to `with_connection`.
#[derive(Debug, Clone)]
pub struct Work {
    kind: Kind,
    /// How often it was begun.
    begun: Arc<AtomicUsize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Succeeds,
    Fails,
    Panics,
    NeverEnds,
}

impl Work {
    fn new(kind: Kind) -> Self {
        Work {
            kind,
            begun: Arc::default(),
        }
    }

    /// Does it. Each kind begins with a query, so that the connection is in use.
    ///
    /// # Errors
    ///
    /// The database's, where this work is one that fails.
    ///
    /// # Panics
    ///
    /// Where this work is one that panics.
    pub fn run(self, connection: &Connection) -> BoxFuture<'_, Result<i64, Error>> {
        async move {
            self.begun.fetch_add(1, Ordering::SeqCst);
            let table = match self.kind {
                Kind::Fails => "customers",
                _ => "users",
            };
            let count = format!("SELECT COUNT(*) FROM {table}");
            let rows: Vec<(i64,)> = connection.query(&count, []).await?;
            assert!(self.kind != Kind::Panics, "{PANIC}");
            if self.kind == Kind::NeverEnds {
                std::future::pending::<()>().await;
            }
            Ok(rows.first().map_or(0, |(count,)| *count))
        }
        .boxed()
    }
}

/// What the database says to work that fails.
pub(super) fn refusal() -> Error {
    Error::Refused("no such table: customers".to_owned())
}

/// What one call of `with_connection` did.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub(super) ended: Ended<Result<i64, Error>>,
    /// How often the work was begun.
    pub(super) begun: usize,
    /// The log when the call ended, and after everything that it had left behind had time to end, too.
    pub(super) then: Log,
    pub(super) later: Log,
}

/// Calls it with work of this kind.
pub(super) async fn call(
    with_connection: impl AsyncFn(Database, Work) -> Result<i64, Error>,
    kind: Kind,
    trip: RoundTrip,
) -> Result<Scope, Error> {
    let database = Database::start_on_paused_clock(trip).await?;
    let work = Work::new(kind);
    let begun = work.begun.clone();
    let outcome = panics::catch_async(with_connection(database.clone(), work)).await;
    let then = database.log();
    settle(&database, trip).await;
    Ok(Scope {
        ended: ended(outcome),
        begun: begun.load(Ordering::SeqCst),
        then,
        later: database.log(),
    })
}

/// Drops it in the middle of its work, and returns the panic of a destructor, if there is one.
pub(super) async fn cut_short(
    with_connection: impl AsyncFn(Database, Work) -> Result<i64, Error>,
) -> Result<Option<String>, Error> {
    let database = Database::start_on_paused_clock(RoundTrip::of(STEP)).await?;
    let mut scope = Box::pin(panics::catch_async(with_connection(
        database.clone(),
        Work::new(Kind::NeverEnds),
    )));
    let _returned_already = tokio::time::timeout(STEP * 20, &mut scope).await;
    let dropped = panics::catch(|| drop(scope));
    settle(&database, RoundTrip::of(STEP)).await;
    Ok(dropped.err().map(|payload| panics::message(&*payload)))
}

/// Gives what was left behind the time to end. What waits for a paused clock has it at once; the engine closes on a thread
/// of its own, for which we look.
async fn settle(database: &Database, trip: RoundTrip) {
    tokio::time::sleep(trip.close * 8).await;
    let begun = Instant::now();
    let closing = |log: &Log| {
        let ended = |kind: &EventKind| matches!(kind, EventKind::Closed | EventKind::CloseDropped);
        log.count(|kind| *kind == EventKind::Closing) > log.count(ended)
    };
    while closing(&database.log()) && begun.elapsed() < Duration::from_secs(1) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
