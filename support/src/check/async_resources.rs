//! Exercise 4: resources that must be closed.
//!
//! Judged are two functions: `with_connection`, which opens a connection, lets some work use it, and closes it whatever
//! becomes of the work; and `load_users`, which has several queries under way at the same time. What counts is the log of
//! the database.

use super::common::{ending, holds_thread_for_good, marks, not_written};
use super::observe::{Ended, Observed, ended, observe};
use super::report::{Code, Finding, Report};
use crate::chart;
use crate::database::{Connection, Database, Error, Log, RoundTrip, What};
use crate::quiet;
use crate::server::{self, User};
use crate::timeline::{Lane, Outcome};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::time::{Duration, Instant};

const EXERCISE: &str = "4_async_resources";

const STEP: Duration = Duration::from_millis(100);

/// The users that `load_users` is asked for.
const IDS: [u32; 3] = [1, 2, 3];

/// What the work returns where it succeeds: the number of users.
const ANSWER: i64 = 100;

/// What the work says where it panics.
const PANIC: &str = "this work panics on purpose";

/// Work that the check hands to `with_connection`.
#[derive(Debug, Clone, Copy)]
pub struct Work(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Succeeds,
    Fails,
    Panics,
}

impl Work {
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
            let table = match self.0 {
                Kind::Fails => "customers",
                Kind::Succeeds | Kind::Panics => "users",
            };
            let count = format!("SELECT COUNT(*) FROM {table}");
            let rows: Vec<(i64,)> = connection.query(&count, []).await?;
            assert!(self.0 != Kind::Panics, "{PANIC}");
            Ok(rows.first().map_or(0, |(count,)| *count))
        }
        .boxed()
    }
}

fn refusal() -> Error {
    Error::Refused("no such table: customers".to_owned())
}

/// What one call of `with_connection` did.
#[derive(Debug, Clone)]
struct Scope {
    ended: Ended<Result<i64, Error>>,
    /// The log when the call ended, and after everything that it had left behind had time to end, too.
    then: Log,
    later: Log,
}

type Loaded = (Result<Vec<User>, Error>, Log);

/// Judges the learner's `with_connection` and `load_users`.
///
/// `with_connection` is generic over its work, and a generic function cannot be handed over as it is. So the first
/// argument is a closure that calls it; the macro [`async_resources!`](macro@crate::async_resources) writes that closure.
///
/// # Examples
///
/// ```
/// use support::check;
/// use support::database::{Connection, Database, Error};
/// use support::server::User;
///
/// async fn with_connection<T>(
///     database: &Database,
///     work: impl AsyncFnOnce(&Connection) -> Result<T, Error>,
/// ) -> Result<T, Error> {
///     let connection = database.open().await?;
///     work(&connection).await // and who closes it?
/// }
///
/// async fn load_users(connection: &Connection, ids: Vec<u32>) -> Result<Vec<User>, Error> {
///     todo!("load {} users from {connection:?}", ids.len())
/// }
///
/// let report = support::async_resources!(with_connection, load_users);
/// assert_eq!(report.findings()[0].code.name(), "not-closed-after-success");
/// ```
pub fn async_resources(
    with_connection: impl AsyncFn(Database, Work) -> Result<i64, Error> + Clone + Send + 'static,
    load_users: impl AsyncFn(&Connection, Vec<u32>) -> Result<Vec<User>, Error> + Clone + Send + 'static,
) -> Report {
    let scope = |kind: Kind, name: &str| {
        let with_connection = with_connection.clone();
        observe(name, move || call(with_connection.clone(), kind))
    };
    let success = scope(Kind::Succeeds, "work that succeeds");
    // Where even success ends in a panic, so would the destructor that another panic runs: that aborts the process.
    let others = returned(&success).then(|| {
        (
            scope(Kind::Fails, "work that fails"),
            scope(Kind::Panics, "work that panics"),
        )
    });
    let users = observe("load_users of three", move || load(load_users.clone()));
    let findings = judge(&success, others.as_ref(), &users);
    let mut lanes = vec![lane("work that succeeds", &success)];
    if let Some((error, panic)) = &others {
        lanes.extend([
            lane("work that fails", error),
            lane("work that panics", panic),
        ]);
    }
    let lanes: Vec<_> = lanes.into_iter().flatten().collect();
    let figure = chart::lanes("Your connections: opened, asked, closed", &lanes);
    Report::new(EXERCISE, findings, explanation(&users), figure)
}

async fn call(
    with_connection: impl AsyncFn(Database, Work) -> Result<i64, Error>,
    kind: Kind,
) -> Result<Scope, Error> {
    let database = Database::start(RoundTrip::of(STEP)).await?;
    let outcome = quiet::catch_async(with_connection(database.clone(), Work(kind))).await;
    let then = database.log();
    settle(&database).await;
    Ok(Scope {
        ended: ended(outcome),
        then,
        later: database.log(),
    })
}

/// Gives what was left behind the time to end. What waits for the clock has it at once, since the clock is paused; the
/// engine closes on a thread of its own, for which the clock does not wait.
async fn settle(database: &Database) {
    tokio::time::sleep(STEP * 20).await;
    let begun = Instant::now();
    let closing = |log: &Log| {
        log.count(|what| *what == What::Closing) > log.count(|what| *what == What::Closed)
    };
    while closing(&database.log()) && begun.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(1));
        tokio::task::yield_now().await;
    }
}

async fn load(
    load_users: impl AsyncFn(&Connection, Vec<u32>) -> Result<Vec<User>, Error>,
) -> Result<Loaded, Error> {
    let database = Database::start(RoundTrip::of(STEP)).await?;
    let connection = database.open().await?;
    let users = load_users(&connection, IDS.to_vec()).await;
    let log = database.log();
    connection.close().await?;
    Ok((users, log))
}

type Seen = Observed<Result<Scope, Error>>;

fn returned(seen: &Seen) -> bool {
    matches!(&seen.ended, Ended::Returned(Ok(scope)) if matches!(scope.ended, Ended::Returned(_)))
}

/// A connection as a lane, with a mark at everything that happened to it.
fn lane(name: &str, seen: &Seen) -> Option<Lane> {
    let Ended::Returned(Ok(scope)) = &seen.ended else {
        return None;
    };
    let outcome = if scope.later.open_connections() == 0 {
        Outcome::Finished
    } else {
        Outcome::Dropped
    };
    let moments = scope.later.events().iter().map(|event| event.at);
    Some(marks(name, moments, outcome))
}

/// The verdict, from the logs alone.
fn judge(
    success: &Seen,
    others: Option<&(Seen, Seen)>,
    users: &Observed<Result<Loaded, Error>>,
) -> Vec<Finding> {
    let mut findings = match scopes(success, others) {
        Ok(findings) => findings,
        Err(finding) if finding.code == Code::NotWritten => return vec![finding],
        Err(finding) => vec![finding],
    };
    findings.extend(queries(users));
    findings
}

/// What is wrong with `with_connection`; as an error, what keeps us from saying more.
fn scopes(success: &Seen, others: Option<&(Seen, Seen)>) -> Result<Vec<Finding>, Finding> {
    let success = scope(success)?;
    if let Ended::NotWritten(task) = &success.ended {
        return Err(not_written("with_connection", task));
    }
    if let Some(finding) = ending("with_connection", &success.ended) {
        return Err(finding);
    }
    let Some((error, panic)) = others else {
        return Err(holds_thread_for_good("with_connection"));
    };
    let (error, panic) = (scope(error)?, scope(panic)?);
    let mut findings = Vec::new();
    if [success, error, panic]
        .iter()
        .any(|scope| scope.later.count(|what| *what == What::ClosedAgain) > 0)
    {
        findings.push(Finding::new(
            Code::ClosedTwice,
            "A connection that was closed was closed again: the second call gets an error instead of an answer.",
            "Close in one place, which every way through the function passes. A `close(self)` that takes the connection would \
             not even compile twice.",
        ));
    }
    if success.ended != Ended::Returned(Ok(ANSWER)) {
        findings.push(Finding::new(
            Code::WrongResult,
            format!(
                "The work returned `Ok({ANSWER})`, and `with_connection` {}.",
                said(&success.ended)
            ),
            "It hands on what the work returned.",
        ));
    }
    // Whoever does not close after a success hardly does so after an error: once is enough to say it.
    let unclosed = closed(success, Code::NotClosedAfterSuccess, "succeeded");
    if unclosed.is_none() {
        findings.extend(closed(error, Code::NotClosedAfterError, "failed"));
        let later = Scope {
            then: panic.later.clone(),
            ..panic.clone()
        };
        findings.extend(closed(&later, Code::NotClosedAfterPanic, "panicked"));
    }
    findings.extend(unclosed);
    if error.ended != Ended::Returned(Err(refusal())) {
        findings.push(Finding::new(
            Code::ErrorSwallowed,
            format!("The work failed with `{}`, and `with_connection` {}.", refusal(), said(&error.ended)),
            "Keep what the work returned, close, then return what you kept. The caller has to learn of the first error.",
        ));
    }
    if panic.ended != Ended::Panicked(PANIC.to_owned()) {
        findings.push(Finding::new(
            Code::PanicSwallowed,
            format!("The work panicked, and `with_connection` {}.", said(&panic.ended)),
            "After closing, `std::panic::resume_unwind(payload)` lets the panic go on as if nobody had caught it.",
        ));
    }
    Ok(findings)
}

fn scope(seen: &Seen) -> Result<&Scope, Finding> {
    match &seen.ended {
        Ended::Returned(Ok(scope)) => Ok(scope),
        Ended::Returned(Err(error)) => Err(Finding::new(
            Code::CheckFailed,
            format!("The database could not be started: {error}."),
            "This is not your mistake. Run the check again.",
        )),
        _ => Err(holds_thread_for_good("with_connection")),
    }
}

/// Whether the connection was closed when the function returned.
fn closed(scope: &Scope, code: Code, work: &str) -> Option<Finding> {
    let closed = |log: &Log| log.open_connections() == 0;
    if closed(&scope.then) {
        return None;
    }
    let begun = scope.later.count(|what| matches!(what, What::CloseDropped)) > 0;
    Some(if begun || closed(&scope.later) {
        Finding::new(
            Code::CloseNotAwaited,
            format!(
                "When the work {work}, `with_connection` called `close` and returned before the connection was closed."
            ),
            "`close()` returns a future: `.await` it. `tokio::spawn(…)` starts it, and lets the caller go on while the \
             connection is still open.",
        )
    } else {
        let way = match code {
            Code::NotClosedAfterSuccess => {
                "Nothing closes a connection but `connection.close().await`: `Drop` cannot wait."
            }
            Code::NotClosedAfterError => {
                "A `?` between `open` and `close` leaves the function, and the connection open. Keep the result, and \
                 look at it after closing."
            }
            _ => {
                "A panic leaves the function like a `?` that nobody sees. `AssertUnwindSafe(future).catch_unwind().await` \
                 turns it into a value; close, then `resume_unwind`."
            }
        };
        Finding::new(
            code,
            format!("The work {work}, and the connection is still open."),
            way,
        )
    })
}

fn said(ended: &Ended<Result<i64, Error>>) -> String {
    match ended {
        Ended::Returned(result) => format!("returned `{result:?}`"),
        Ended::NotWritten(words) | Ended::Panicked(words) => format!("panicked: `{words}`"),
        Ended::Never => "did not come back".to_owned(),
    }
}

/// What is wrong with `load_users`.
fn queries(users: &Observed<Result<Loaded, Error>>) -> Option<Finding> {
    let (found, log) = match &users.ended {
        Ended::NotWritten(task) => return Some(not_written("load_users", task)),
        Ended::Returned(Ok(loaded)) => loaded,
        _ => {
            return Some(
                ending("load_users", &users.ended)
                    .unwrap_or_else(|| holds_thread_for_good("load_users")),
            );
        }
    };
    let mut sorted = found.clone();
    if let Ok(users) = &mut sorted {
        users.sort_by_key(|user| user.id);
    }
    if sorted != Ok(IDS.map(server::user).to_vec()) {
        return Some(Finding::new(
            Code::WrongResult,
            format!("Asked for the users {IDS:?}, `load_users` returned {found:?}."),
            "It returns one `User` for each id, as the table `users` has them.",
        ));
    }
    let sent = log.count(|what| matches!(what, What::Sent(..)));
    (sent > 1 && log.most_queries() == 1).then(|| {
        Finding::new(
            Code::Sequential,
            format!("`load_users` sent {sent} queries, and each waited for the answer to the one before."),
            "`query` takes `&self`: make all futures first, then `try_join_all` them. One query with `IN` would do, too.",
        )
    })
}

fn explanation(users: &Observed<Result<Loaded, Error>>) -> String {
    let most = match &users.ended {
        Ended::Returned(Ok((_, log))) => log.most_queries(),
        _ => 0,
    };
    format!(
        "Every way out of your function passes `close`: a value, an error, a panic. Each went on to the caller as it was. In \
         Python, `async with` writes this for you, with `__aexit__` in the place of your `close`. `load_users` had {most} \
         queries under way at the same time over one connection."
    )
}

/// Judges `with_connection` and `load_users`: see [`check::async_resources`](fn@crate::check::async_resources).
#[macro_export]
macro_rules! async_resources {
    ($with_connection:expr, $load_users:expr) => {
        $crate::check::async_resources(
            async |database: $crate::database::Database, work: $crate::check::Work| {
                $with_connection(
                    &database,
                    async |connection: &$crate::database::Connection| work.run(connection).await,
                )
                .await
            },
            $load_users,
        )
    };
}
