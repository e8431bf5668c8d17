//! Exercise 4: resources that must be closed.
//!
//! Judged are two functions: `with_connection`, which opens a connection, lets some work use it, and closes it whatever
//! becomes of the work; and `load_users`, which has several queries under way at the same time. What counts is the log of
//! the database.
//!
//! A panic in a destructor that another panic runs ends the process, and with it the learner's kernel. So the work that
//! panics comes last, after `with_connection` was dropped in the middle of its work, which shows what its destructors do;
//! and it runs where blocking on a runtime is no panic (see `outside`), but shows.

mod judge;
mod outside;
mod scope;
mod users;

use super::observe::observe;
use super::report::Report;
use super::run::{Ended, Run};
use super::words::{figure, marks};
use crate::database::{Connection, Database, Error, Log, RoundTrip};
use crate::server::User;
use crate::timeline::{Lane, Outcome};
use judge::judge;
pub use scope::Work;
use scope::{Kind, Scope};
use std::time::Duration;
use users::{Case, Loaded};

const EXERCISE: &str = "4_async_resources";

const STEP: Duration = Duration::from_millis(100);

/// What one call of `with_connection` did, where the database could be started.
type Scoped = Run<Result<Scope, Error>>;

/// What was seen.
#[derive(Debug)]
struct Seen {
    success: Scoped,
    error: Option<Scoped>,
    /// It was dropped in the middle of its work; the panic of a destructor, if there was one.
    dropped: Option<Run<Result<Option<String>, Error>>>,
    panic: Option<Scoped>,
    users: Vec<(&'static Case, Run<Result<Loaded, Error>>)>,
}

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
    let scope = |kind: Kind| {
        let with_connection = with_connection.clone();
        observe("with_connection", move || {
            scope::call(with_connection.clone(), kind, RoundTrip::of(STEP))
        })
    };
    let success = scope(Kind::Succeeds);
    let mut seen = Seen {
        error: came_back(&success).then(|| scope(Kind::Fails)),
        success,
        dropped: None,
        panic: None,
        users: vec![],
    };
    if seen.error.as_ref().is_some_and(came_back) {
        let cut = with_connection.clone();
        let dropped = observe("with_connection", move || scope::cut_short(cut.clone()));
        if matches!(&dropped.ended, Ended::Returned(Ok(None))) && !dropped.longest.is_long() {
            let with_connection = with_connection.clone();
            seen.panic = Some(outside::run(move || {
                scope::call(
                    with_connection.clone(),
                    Kind::Panics,
                    RoundTrip::of(outside::TRIP),
                )
            }));
        }
        seen.dropped = Some(dropped);
    }
    for case in &users::CASES {
        let load_users = load_users.clone();
        let run = observe("load_users", move || users::load(load_users.clone(), case));
        let good = matches!(&run.ended, Ended::Returned(Ok(_))) && !run.longest.is_long();
        seen.users.push((case, run));
        if !good {
            break;
        }
    }
    let lanes = [
        ("work that succeeds", Some(&seen.success)),
        ("work that fails", seen.error.as_ref()),
        ("work that panics", seen.panic.as_ref()),
    ];
    let lanes = lanes
        .into_iter()
        .filter_map(|(name, scoped)| lane(name, scoped?));
    let figure = figure("Your connections: opened, asked, closed", lanes);
    Report::new(EXERCISE, judge(&seen), explanation(&seen), figure).noted()
}

/// Whether it came back without a panic and without holding a thread: then other work may follow.
fn came_back(seen: &Scoped) -> bool {
    matches!(&seen.ended, Ended::Returned(Ok(scope)) if matches!(scope.ended, Ended::Returned(_)))
        && !seen.longest.is_long()
}

/// A connection as a lane, with a mark at everything that happened to it.
fn lane(name: &str, seen: &Scoped) -> Option<Lane> {
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

fn explanation(seen: &Seen) -> String {
    let most = seen.users.first().map_or(0, |(_, run)| match &run.ended {
        Ended::Returned(Ok(loaded)) => loaded.log.most_queries(),
        _ => 0,
    });
    format!(
        "Your function closes on every way out: after a value, an error, a panic. Each went on to the caller as it was. In \
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
                $crate::check::ask::with_connection($with_connection(
                    &database,
                    async |connection: &$crate::database::Connection| work.run(connection).await,
                ))
                .await
            },
            async |connection: &$crate::database::Connection, ids: Vec<u32>| {
                $crate::check::ask::load_users($load_users(connection, ids)).await
            },
        )
    };
}
